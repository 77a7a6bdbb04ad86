#pragma once

#include "server/http/transport/ChunkedDecoder.h"
#include "server/http/transport/HttpLimits.h"
#include "server/http/transport/HttpRequest.h"

#include <functional>

namespace aegis::http {

/// The largest body, in bytes, that a request with that method and decoded path may have. It is asked once the head is read
/// and only when there is a body; on an I/O thread, on several at a time; it must not wait.
using BodyLimit = std::function<qsizetype(QByteArrayView method, QByteArrayView path)>;

/// Reads the requests of one connection out of bytes that arrive in any pieces (RFC 9112). It is strict: what two
/// readers could understand in two ways is refused, and after a refusal nothing more is read, so that no request hides
/// behind another's body. No sockets and no clock; one object a connection; not thread-safe.
class RequestParser {
public:
    enum class Outcome {
        NeedMore, ///< nothing more can be said about the bytes so far
        Complete, ///< takeRequest() gives a request; further bytes are kept for the next
        Refused,  ///< refusal() says why; the connection must end after the answer
    };
    enum class Phase {
        Idle, ///< no byte of a next request has come
        Head,
        Body,
    };

    /// Limits and `bodyLimit` must outlive the parser. A body may be as large as the smaller one of both says.
    explicit RequestParser(const HttpLimits &limits, const BodyLimit *bodyLimit = nullptr) : m_limits(limits), m_bodyLimit(bodyLimit) {}

    /// Goes on with these bytes, or with none: with what was kept. Not to be called again before a complete request is
    /// taken.
    Outcome parse(QByteArrayView bytes = {});
    /// Keeps bytes of a later request without looking at them.
    void keep(QByteArrayView bytes) { m_kept.append(bytes); }
    qsizetype kept() const { return m_kept.size(); }

    Phase phase() const;
    const MessageFault &refusal() const { return m_refusal; }
    /// After a refusal: the request, without a body, when its head was read whole and was good; else null.
    const HttpRequest *refusedRequest() const { return m_headIsGood ? &m_request : nullptr; }
    /// The request whose body is being read; else null.
    const HttpRequest *unfinishedRequest() const { return phase() == Phase::Body ? &m_request : nullptr; }
    /// The complete request. Peer and TLS are not the parser's to say.
    HttpRequest takeRequest();

    /// Whether the client waits for "100 Continue" before it sends the body (RFC 9110, 10.1.1); true once a request.
    bool takeExpectation() { return std::exchange(m_expectsContinue, false); }
    /// Of the request that is read or was last taken:
    bool isHead() const { return m_isHead; }
    bool isHttp10() const { return m_isHttp10; }
    bool keepAlive() const { return m_keepAlive; }

private:
    enum class State { Head, Sized, Chunked, Complete, Refused };
    /// What the fields of one head say about framing and connection.
    struct HeadFacts;

    Outcome parseHead(QByteArrayView &input);
    Outcome parseBody(QByteArrayView &input);
    Outcome refuse(MessageFault fault);
    bool readHead(QByteArrayView head);
    bool readRequestLine(QByteArrayView line);
    bool readField(QByteArrayView line, HeadFacts &facts);
    bool readFramingField(QByteArrayView name, QByteArrayView value, HeadFacts &facts);
    bool decideFraming(const HeadFacts &facts);
    bool fail(const char *reason, ProblemCode code = ProblemCode::MalformedRequest);

    const HttpLimits &m_limits;
    const BodyLimit *const m_bodyLimit;
    State m_state = State::Head;
    QByteArray m_kept;        ///< bytes that came but are not read yet
    qsizetype m_scanned = 0;  ///< how many of the head's bytes were already searched for its end
    qsizetype m_bodyLeft = 0; ///< of a sized body
    ChunkedDecoder m_chunks;
    HttpRequest m_request;
    MessageFault m_refusal;
    bool m_expectsContinue = false;
    bool m_headIsGood = false;
    bool m_isHead = false;
    bool m_isHttp10 = false;
    bool m_keepAlive = false;
};

} // namespace aegis::http
