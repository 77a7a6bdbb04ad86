// How answers leave: the half of GuardSocket between what a handler says and the wire. GuardSocket.cpp has the other.
#include "server/http/transport/GuardSocket.h"

namespace aegis::http {

void GuardSocket::answer(quint64 request, std::optional<HttpReply> reply)
{
    if (m_state != State::Answering || request != m_requests)
        return;
    if (reply && reply->status >= 200 && reply->status <= 599)
        send(*reply);
    else if (const auto served = m_served.lock())
        sendProblem({ProblemCode::Internal}, &served->request);
    else
        sendProblem({ProblemCode::Internal}, nullptr);
}

void GuardSocket::sendProblem(MessageFault fault, const HttpRequest *request)
{
    HttpReply reply = m_context->refuse({.code = fault.code, .reason = fault.reason, .peer = peerAddress(), .tls = m_tls, .request = request});
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
    if (m_state == State::Dead) // the peer has gone
        return;
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
    enter(State::Streaming);
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
    if (m_state == State::Dead)
        return;
    if (m_wire->pending() > 0 && !m_wire->failed()) {
        enter(State::Flushing);
        allow(m_context->limits.write);
        return;
    }
    if (m_closeAfter || m_context->draining)
        return linger();
    enter(State::Reading);
    allow(m_parser.kept() > 0 ? m_context->limits.head : m_context->limits.idle);
    if (!m_advancing)
        nextRequest();
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

/// Ends the connection in an orderly way. It keeps its place until the peer has confirmed all that was written: the kernel
/// would hold that for a connection that nobody counts.
void GuardSocket::linger()
{
    if (m_state == State::Dead)
        return;
    if (m_wire->failed() || (m_peerEnded && m_wire->unconfirmed() == 0))
        return die();
    if (m_state == State::Lingering)
        return;
    enter(State::Lingering);
    allow(m_context->limits.linger);
    m_lingerEnd.setRemainingTime(m_context->limits.write);
    m_unconfirmed = m_wire->unconfirmed();
    if (!m_peerEnded)
        m_wire->setReading(true);
    m_wire->finishWriting(m_refused);
}

/// False: the peer has all, or has taken nothing for the time to linger.
bool GuardSocket::lingersOn()
{
    const qint64 before = std::exchange(m_unconfirmed, m_wire->unconfirmed());
    if (m_peerEnded && m_unconfirmed == 0)
        return false;
    if (m_unconfirmed > 0 && m_unconfirmed < before && !m_lingerEnd.hasExpired())
        allow(m_context->limits.linger);
    return !m_deadline.hasExpired();
}

} // namespace aegis::http
