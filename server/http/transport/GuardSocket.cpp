#include "server/http/transport/GuardSocket.h"

#include "server/http/transport/PlainWire.h"
#include "server/http/transport/TlsWire.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace aegis::http {
namespace {

/// All that QHttpServer sees of a request. It reads it byte by byte, so it is as short as it takes it (without a Host; all of
/// its versions do).
constexpr QByteArrayView minimalRequest = "GET / HTTP/1.1\r\n\r\n";
constexpr qsizetype readSize = 64 * 1024;
/// Pipelined bytes that are kept while a request is worked on; beyond it the peer has to wait.
constexpr qsizetype keptLimit = 64 * 1024;
/// Pipelined requests that are served before other connections have their turn.
constexpr int turnLength = 16;

thread_local GuardSocket *currentlyDispatching = nullptr;

} // namespace

GuardSocket::GuardSocket(std::shared_ptr<GuardContext> context, std::shared_ptr<ConnectionTable::Place> place, const QHostAddress &peer,
                         quint16 peerPort) :
    m_context(std::move(context)),
    m_route(new ReplyRoute{this, m_context->loop, m_context->thread, std::move(place)}), m_parser(m_context->limits, &m_context->bodyLimit)
{
    setOpenMode(QIODevice::ReadWrite);
    setSocketState(ConnectedState);
    setPeerAddress(peer);
    setPeerPort(peerPort);
    m_context->sockets.insert(this);
    if (m_context->sockets.size() == 1)
        m_context->onChange();
    allow(m_context->limits.head);
}

GuardSocket::~GuardSocket()
{
    setSocketState(UnconnectedState);
    m_route->socket = nullptr;
    m_context->sockets.remove(this);
}

void GuardSocket::startPlain(int descriptor, std::function<void(GuardSocket *)> announce)
{
    m_announce = std::move(announce);
    m_wire = std::make_unique<PlainWire>(descriptor, *this);
    wireReady();
}

void GuardSocket::startTls(int descriptor, const QSslConfiguration &configuration, std::function<void(GuardSocket *)> announce)
{
    m_announce = std::move(announce);
    m_tls = true;
    m_wire = std::make_unique<TlsWire>(descriptor, configuration, *this);
}

void GuardSocket::wireReady()
{
    if (m_state == State::Handshake)
        m_state = State::Reading;
}

void GuardSocket::wireReadable()
{
    static thread_local std::array<char, readSize> buffer;
    if (m_state == State::Handshake || m_state == State::Dead)
        return;
    const qint64 count = m_wire->read(buffer.data(), static_cast<qint64>(buffer.size()));
    if (count < 0)
        return peerEnded();
    const QByteArrayView bytes(buffer.data(), static_cast<qsizetype>(count));
    if (count == 0 || m_state == State::Lingering)
        return;
    if (m_state == State::Reading && !m_advancing)
        return advance(bytes);
    m_parser.keep(bytes);
    if (m_parser.kept() > keptLimit)
        m_wire->setReading(false);
}

/// Reads on, and serves what is complete, until bytes are missing or an answer is awaited.
void GuardSocket::advance(QByteArrayView bytes)
{
    m_advancing = true;
    for (int turn = 0; m_state == State::Reading; ++turn) {
        if (turn == turnLength) {
            QMetaObject::invokeMethod(
                this, [this] { nextRequest(); }, Qt::QueuedConnection);
            break;
        }
        const RequestParser::Phase before = m_parser.phase();
        const RequestParser::Outcome outcome = m_parser.parse(std::exchange(bytes, {}));
        if (outcome == RequestParser::Outcome::Complete) {
            dispatch();
        } else if (outcome == RequestParser::Outcome::Refused) {
            m_refused = true;
            m_closeAfter = true;
            sendProblem(m_parser.refusal(), m_parser.refusedRequest());
        } else {
            if (m_parser.takeExpectation())
                m_wire->write(QByteArrayLiteral("HTTP/1.1 100 Continue\r\n\r\n"));
            allowForPhase(before);
            break;
        }
    }
    m_advancing = false;
    if (m_state == State::Reading && m_peerEnded && m_parser.phase() == RequestParser::Phase::Idle)
        die();
}

void GuardSocket::allowForPhase(RequestParser::Phase before)
{
    const RequestParser::Phase phase = m_parser.phase();
    if (phase == before)
        return;
    allow(phase == RequestParser::Phase::Idle       ? m_context->limits.idle
              : phase == RequestParser::Phase::Head ? m_context->limits.head
                                                    : m_context->limits.body);
}

void GuardSocket::dispatch()
{
    m_state = State::Answering;
    allow(m_context->limits.handler);
    ++m_requests;
    if (!m_parser.keepAlive() || m_requests >= static_cast<quint64>(m_context->limits.requestsPerConnection) || m_peerEnded)
        m_closeAfter = true;
    m_request = m_parser.takeRequest();
    m_request->peer = peerAddress();
    m_request->peerPort = peerPort();
    m_request->tls = m_tls;

    m_forQt = minimalRequest.size();
    GuardSocket *const outer = std::exchange(currentlyDispatching, this);
    if (!std::exchange(m_announced, true))
        m_announce(this);
    Q_EMIT readyRead();
    currentlyDispatching = outer;

    if (m_request && m_state == State::Answering) { // QHttpServer did not hand it on
        const HttpRequest request = *std::exchange(m_request, std::nullopt);
        m_closeAfter = true;
        ++m_requests;
        sendProblem(ProblemCode::Internal, &request);
    }
}

GuardSocket *GuardSocket::dispatching()
{
    return currentlyDispatching;
}

HttpExchange GuardSocket::takeExchange()
{
    HttpRequest request = *std::exchange(m_request, std::nullopt);
    HttpExchange exchange(std::move(request), [route = m_route, number = m_requests](std::optional<HttpReply> reply) {
        ReplyRoute::deliver(route, number, std::move(reply));
    });
    m_served = exchange.served();
    return exchange;
}

void GuardSocket::answer(quint64 request, std::optional<HttpReply> reply)
{
    if (m_state != State::Answering || request != m_requests)
        return;
    if (reply && reply->status >= 200 && reply->status <= 599)
        send(*reply);
    else if (const auto served = m_served.lock())
        sendProblem(ProblemCode::Internal, &served->request);
    else
        sendProblem(ProblemCode::Internal, nullptr);
}

void GuardSocket::sendProblem(ProblemCode code, const HttpRequest *request)
{
    HttpReply reply = m_context->refuse({.code = code, .peer = peerAddress(), .tls = m_tls, .request = request});
    reply.stream.reset();
    send(reply);
}

void GuardSocket::send(const HttpReply &reply)
{
    m_closeAfter = m_closeAfter || m_peerEnded || m_context->draining;
    const bool isHead = m_parser.isHead();
    const bool isHttp10 = m_parser.isHttp10();
    const bool streams = reply.stream && mayHaveBody(reply.status, isHead);
    if (streams && isHttp10)
        m_closeAfter = true; // the end of the connection is the end of the body
    m_wire->write(frameReply(reply, {.isHead = isHead, .isHttp10 = isHttp10, .close = m_closeAfter}));
    if (!reply.stream)
        return finishAnswer();

    auto onWake = [route = std::weak_ptr(m_route), loop = m_context->loop] {
        loop.post([route] {
            const auto alive = route.lock();
            if (alive && alive->socket)
                alive->socket->pump();
        });
    };
    m_pump = std::make_unique<StreamPump>(reply.stream, !isHttp10, m_context->limits.pendingWrite, std::move(onWake));
    if (!streams)
        return finishAnswer();
    m_state = State::Streaming;
    allow(m_context->limits.write);
    if (m_context->draining)
        m_pump->finishSoon();
    pump();
}

void GuardSocket::pump()
{
    if (m_state != State::Streaming)
        return;
    const qint64 before = m_wire->pending();
    switch (m_pump->pump(*m_wire)) {
    case StreamPump::Outcome::Waiting:
        if (before == 0 && m_wire->pending() > 0)
            allow(m_context->limits.write);
        break;
    case StreamPump::Outcome::Done:
        finishAnswer();
        break;
    case StreamPump::Outcome::Failed:
        die();
        break;
    }
}

/// The answer is with the wire: waits until it has left, then goes on with the next request or ends.
void GuardSocket::finishAnswer()
{
    m_pump.reset();
    if (m_wire->pending() > 0 && !m_wire->failed()) {
        m_state = State::Flushing;
        allow(m_context->limits.write);
        return;
    }
    if (m_closeAfter || m_context->draining)
        return linger();
    m_state = State::Reading;
    allow(m_parser.kept() > 0 ? m_context->limits.head : m_context->limits.idle);
    if (!m_advancing)
        nextRequest();
}

/// Serves what was pipelined; called when Qt has unwound.
void GuardSocket::nextRequest()
{
    if (m_state != State::Reading || m_advancing)
        return;
    if (m_parser.kept() > keptLimit)
        m_wire->setReading(true);
    if (m_parser.kept() > 0)
        advance({});
    else if (m_peerEnded)
        die();
}

void GuardSocket::wireSent()
{
    if (m_state == State::Flushing) {
        allow(m_context->limits.write);
        if (m_wire->pending() == 0)
            finishAnswer();
    } else if (m_state == State::Streaming) {
        allow(m_context->limits.write);
        pump();
    }
}

void GuardSocket::wireFailed()
{
    if (m_state == State::Handshake)
        ++m_context->counters->failedHandshakes;
    die();
}

/// The peer sends no more. It may have closed one direction only, so a request that came whole is still answered.
void GuardSocket::peerEnded()
{
    m_peerEnded = true;
    if (m_state == State::Answering && !m_wire->failed()) {
        m_closeAfter = true;
        return;
    }
    if (m_state == State::Flushing && !m_wire->failed())
        return;
    die();
}

void GuardSocket::linger()
{
    if (m_peerEnded || m_wire->failed())
        return die();
    m_state = State::Lingering;
    allow(m_context->limits.linger);
    m_wire->setReading(true);
    m_wire->finishWriting(m_refused);
}

void GuardSocket::sweep()
{
    if (m_state == State::Dead || !m_deadline.hasExpired())
        return;
    if (m_state == State::Reading && m_parser.phase() != RequestParser::Phase::Idle) {
        m_refused = true;
        m_closeAfter = true;
        return sendProblem(ProblemCode::RequestTimeout, m_parser.unfinishedRequest());
    }
    if (m_state == State::Reading) {
        m_closeAfter = true;
        return linger();
    }
    if (m_state == State::Answering) {
        ++m_requests; // the answer, when it comes, is nobody's
        m_closeAfter = true;
        const auto served = m_served.lock(); // a handler that forgot it does not keep it
        if (served)
            served->isOverdue.store(true, std::memory_order_relaxed);
        return sendProblem(ProblemCode::HandlerTimeout, served ? &served->request : nullptr);
    }
    if (m_state == State::Handshake)
        ++m_context->counters->failedHandshakes;
    die();
}

void GuardSocket::drain()
{
    m_closeAfter = true;
    if (m_state == State::Reading && !m_advancing)
        wireReadable(); // a request that has arrived already is still answered
    if (m_state == State::Handshake || (m_state == State::Reading && m_parser.phase() == RequestParser::Phase::Idle && !m_advancing))
        die();
    else if (m_pump)
        m_pump->finishSoon();
}

void GuardSocket::cut()
{
    die();
}

/// The connection is over at once; the object goes when nobody is inside it any more.
void GuardSocket::die()
{
    if (m_state == State::Dead)
        return;
    m_state = State::Dead;
    m_pump.reset();
    m_request.reset();
    m_wire->close();
    m_route->socket = nullptr;
    m_context->sockets.remove(this);
    if (m_context->sockets.isEmpty())
        m_context->onChange();
    QMetaObject::invokeMethod(
        this,
        [this] {
            setSocketState(UnconnectedState);
            if (m_announced)
                Q_EMIT disconnected(); // QHttpServer owns it now, and deletes it
            else
                deleteLater();
        },
        Qt::QueuedConnection);
}

qint64 GuardSocket::bytesAvailable() const
{
    return QTcpSocket::bytesAvailable() + m_forQt;
}

qint64 GuardSocket::readData(char *data, qint64 maximum)
{
    const qsizetype count = std::min<qsizetype>(maximum, m_forQt);
    std::memcpy(data, minimalRequest.data() + (minimalRequest.size() - m_forQt), static_cast<std::size_t>(count));
    m_forQt -= count;
    return count;
}

/// Whatever QHttpServer would say is not for the wire.
qint64 GuardSocket::writeData(const char *, qint64 size)
{
    return size;
}

} // namespace aegis::http
