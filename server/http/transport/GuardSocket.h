#pragma once

#include "server/http/transport/GuardContext.h"
#include "server/http/transport/ReplyRoute.h"
#include "server/http/transport/RequestParser.h"
#include "server/http/transport/ResponseFramer.h"
#include "server/http/transport/StandInSocket.h"
#include "server/http/transport/StreamPump.h"
#include "server/http/transport/Wire.h"

#include <QtCore/QDeadlineTimer>

namespace aegis::http {

/// One connection. To QHttpServer it is a QTcpSocket, but QHttpServer never sees the wire: the guard reads, bounds and
/// parses the request, then lets QHttpServer dispatch a minimal one, whose missing handler takes the real one from here.
/// QHttpServer so meets neither a hostile byte, nor a pipelined request, nor a client that leaves while it is served.
/// Requests are worked on one at a time, in their order. I/O thread only.
class GuardSocket : public StandInSocket, public Wire::Listener {
public:
    GuardSocket(std::shared_ptr<GuardContext> context, std::shared_ptr<ConnectionTable::Place> place, const QHostAddress &peer, quint16 peerPort);
    ~GuardSocket() override;
    Q_DISABLE_COPY_MOVE(GuardSocket)

    /// Begins to read. `announce` makes the connection known to QHttpServer; it is called with the first good request.
    void startPlain(int descriptor, std::function<void(GuardSocket *)> announce);
    void startTls(int descriptor, const QSslConfiguration &configuration, std::function<void(GuardSocket *)> announce);

    /// The connection whose request QHttpServer is dispatching on this thread at this moment.
    static GuardSocket *dispatching();
    /// Takes that request out. Once a request.
    HttpExchange takeExchange();

    /// The answer of the numbered request; nothing when it was dropped. Too late: ignored.
    void answer(quint64 request, std::optional<HttpReply> reply);
    /// Checks the deadline of what the connection is at.
    void sweep();
    /// Ends at once when nothing is being worked on, else after the answer.
    void drain();
    /// Ends now, for another: its place is free when this returns, unless a request that was given up is still worked on.
    void giveWay();
    /// Ends now, whatever is being worked on.
    void cut();

private:
    enum class State {
        Handshake,
        Reading,   ///< a request, or waiting for its first byte
        Answering, ///< a request is being worked on
        Streaming, ///< an answer is pulled from its source
        Flushing,  ///< an answer has been made but has not left
        Lingering, ///< all has been written; the peer has time to read it
        Dead,
    };

    void wireReady() override;
    void wireReadable() override;
    void wireSent() override;
    void wireFailed() override;

    void enter(State state);
    void advance(QByteArrayView bytes);
    void dispatch();
    void send(const HttpReply &reply);
    void sendProblem(MessageFault fault, const HttpRequest *request);
    void pump();
    void finishAnswer();
    void nextRequest();
    void peerEnded();
    void linger();
    bool lingersOn();
    void die();
    void allow(std::chrono::milliseconds time) { m_deadline.setRemainingTime(time); }
    void allowForPhase(RequestParser::Phase before);

    const std::shared_ptr<GuardContext> m_context;
    std::shared_ptr<ReplyRoute> m_route; ///< null when it is over
    std::function<void(GuardSocket *)> m_announce;
    std::unique_ptr<Wire> m_wire;
    std::unique_ptr<StreamPump> m_pump;
    RequestParser m_parser;
    std::optional<HttpRequest> m_request;         ///< parsed, and not yet taken by the missing handler
    std::weak_ptr<HttpExchange::Served> m_served; ///< the request that is or was last worked on, while somebody does
    WaitingQueue::Member m_waiting;
    QDeadlineTimer m_deadline;
    QDeadlineTimer m_lingerEnd; ///< of Lingering, however slowly the peer reads
    qint64 m_unconfirmed = 0;   ///< of Lingering: bytes that the peer had not confirmed when it was last asked
    State m_state = State::Handshake;
    quint64 m_requests = 0; ///< how many have come, which also numbers the present one
    bool m_tls = false;
    bool m_advancing = false;
    bool m_closeAfter = false; ///< the present answer is the last
    bool m_refused = false;    ///< what the peer sends was not read to its end
    bool m_peerEnded = false;  ///< no more bytes will come
};

} // namespace aegis::http
