#include "server/http/transport/GuardSocket.h"

#include "server/http/transport/PlainWire.h"
#include "server/http/transport/TlsWire.h"

#include <array>

namespace aegis::http {
namespace {

constexpr qsizetype readSize = 64 * 1024;
/// Pipelined bytes that are kept while a request is worked on; beyond it the peer has to wait.
constexpr qsizetype keptLimit = 64 * 1024;
/// Pipelined requests that are served before other connections have their turn.
constexpr int turnLength = 16;

thread_local GuardSocket *currentlyDispatching = nullptr;

} // namespace

GuardSocket::GuardSocket(std::shared_ptr<GuardContext> context, std::shared_ptr<ConnectionTable::Place> place, const QHostAddress &peer,
                         quint16 peerPort) :
    StandInSocket(peer, peerPort),
    m_context(std::move(context)), m_route(new ReplyRoute{this, m_context->loop, m_context->thread, std::move(place)}),
    m_parser(m_context->limits, &m_context->bodyLimit)
{
    m_context->sockets.insert(this);
    if (m_context->sockets.size() == 1)
        m_context->onChange();
    m_waiting = m_context->waiting.add(this);
    enter(State::Handshake);
    allow(m_context->limits.head);
}

GuardSocket::~GuardSocket()
{
    if (m_route)
        m_route->socket = nullptr;
    m_context->sockets.remove(this);
    m_context->waiting.remove(m_waiting);
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

/// Whoever waits for its client can be ended for others, unless it is preferred.
void GuardSocket::enter(State state)
{
    if (m_state == State::Dead) // a write that fails ends the connection before it returns
        return;
    m_state = state;
    const bool waits = state != State::Answering && state != State::Streaming && state != State::Dead;
    if (waits && !m_route->place->isPreferred())
        m_context->waiting.wait(m_waiting);
    else
        m_context->waiting.work(m_waiting);
}

void GuardSocket::wireReady()
{
    if (m_state == State::Handshake)
        enter(State::Reading);
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
            if (m_state == State::Dead)
                break;
            allowForPhase(before);
            break;
        }
    }
    m_advancing = false;
    if (m_state == State::Reading && m_peerEnded && m_parser.phase() == RequestParser::Phase::Idle)
        linger();
}

void GuardSocket::allowForPhase(RequestParser::Phase before)
{
    const RequestParser::Phase phase = m_parser.phase();
    if (phase == before)
        return;
    if (before == RequestParser::Phase::Idle)
        enter(State::Reading); // it was idle until now
    allow(phase == RequestParser::Phase::Idle       ? m_context->limits.idle
              : phase == RequestParser::Phase::Head ? m_context->limits.head
                                                    : m_context->limits.body);
}

void GuardSocket::dispatch()
{
    enter(State::Answering);
    allow(m_context->limits.handler);
    ++m_requests;
    if (!m_parser.keepAlive() || m_requests >= static_cast<quint64>(m_context->limits.requestsPerConnection) || m_peerEnded)
        m_closeAfter = true;
    m_request = m_parser.takeRequest();
    m_request->peer = peerAddress();
    m_request->peerPort = peerPort();
    m_request->tls = m_tls;

    GuardSocket *const outer = std::exchange(currentlyDispatching, this);
    offerRequest([this] { m_announce(this); });
    currentlyDispatching = outer;

    if (m_request && m_state == State::Answering) { // QHttpServer did not hand it on
        const HttpRequest request = *std::exchange(m_request, std::nullopt);
        m_closeAfter = true;
        ++m_requests;
        sendProblem({ProblemCode::Internal}, &request);
    }
}

GuardSocket *GuardSocket::dispatching()
{
    return currentlyDispatching;
}

HttpExchange GuardSocket::takeExchange()
{
    HttpRequest request = *std::exchange(m_request, std::nullopt);
    HttpExchange exchange(
        std::move(request),
        [route = m_route, number = m_requests](std::optional<HttpReply> reply) { ReplyRoute::deliver(route, number, std::move(reply)); },
        std::chrono::steady_clock::now() + m_context->limits.handler);
    m_served = exchange.served();
    return exchange;
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
        linger();
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
    if (m_state != State::Streaming)
        return linger();
    m_wire->forsake();
    die();
}

void GuardSocket::sweep()
{
    if (m_state == State::Dead || (m_state == State::Lingering ? lingersOn() : !m_deadline.hasExpired()))
        return;
    if (m_state == State::Reading && m_parser.phase() != RequestParser::Phase::Idle) {
        m_refused = true;
        m_closeAfter = true;
        return sendProblem({ProblemCode::RequestTimeout}, m_parser.unfinishedRequest());
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
        return sendProblem({ProblemCode::HandlerTimeout}, served ? &served->request : nullptr);
    }
    if (m_state == State::Handshake)
        ++m_context->counters->failedHandshakes;
    m_wire->forsake();
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

void GuardSocket::giveWay()
{
    m_wire->forsake();
    die();
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
    enter(State::Dead);
    m_pump.reset();
    m_request.reset();
    m_wire->close();
    m_route->socket = nullptr;
    m_route.reset(); // its place, too
    m_context->sockets.remove(this);
    if (m_context->sockets.isEmpty())
        m_context->onChange();
    leave();
}

} // namespace aegis::http
