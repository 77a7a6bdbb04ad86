#pragma once

#include "server/http/transport/HttpExchange.h"
#include "server/http/transport/HttpLimits.h"
#include "server/http/transport/Refusal.h"
#include "server/http/transport/RequestParser.h"
#include "server/http/transport/TlsConfiguration.h"
#include "server/http/transport/TransportCounters.h"
#include "shared/result/Result.h"

#include <QtNetwork/QHostAddress>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace aegis::http {

struct HttpServerOptions {
    std::vector<QHostAddress> addresses{QHostAddress(QHostAddress::LocalHost)}; ///< IPv4 and IPv6 to listen on
    quint16 port = 0;                                                           ///< 0: the kernel chooses one, the same for all addresses
    int threads = 2;                                                            ///< I/O threads, 1 to 64; 2 to 4 are enough, they never wait
    HttpLimits limits;
    std::optional<TlsConfiguration> tls; ///< set: speaks TLS only
    RefusalRenderer refuse = renderPlainProblem;
    BodyLimit bodyLimit;                               ///< not set: limits.bodyBytes for all
    std::function<bool(const QHostAddress &)> isProxy; ///< whose connections are many clients': not counted by address
};

/// The HTTP/1.1 front of the process: I/O threads, each with an epoll loop and a QHttpServer behind a strict and bounded
/// guard. Made, started, drained and destroyed on one thread that runs an event loop.
class HttpServer {
public:
    /// Called for each request, on the I/O thread of its connection, whose EventLoop::current() works. It must not wait.
    using Handler = std::function<void(HttpExchange)>;

    HttpServer(HttpServerOptions options, Handler handler);
    /// Drops all connections and ends the threads. Exchanges that are still worked on may be answered later: no effect.
    ~HttpServer();
    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    /// Listens, and gives the port. The problem `conflict` (with an internal text) when the port is taken, by another
    /// instance too; `internal` when an address is not this machine's. Once.
    Result<quint16> start();
    /// New connections use the new certificate; open ones keep theirs.
    void reloadTls(const TlsConfiguration &tls);
    /// Refuses new connections, closes idle ones, answers what is being worked on, then calls back on this thread with
    /// the number of connections that had to be cut at the deadline (0 when all ended by themselves). Before it cuts them it
    /// calls `hurry`, which may still have answers given on the I/O threads. Once.
    void drain(
        std::chrono::milliseconds deadline, std::function<void(int cut)> done, std::function<void()> hurry = [] {});

    /// Open connections (with those whose request is still worked on after the client has gone). Any thread.
    int connections() const;
    /// What befell connections before a request came. Any thread.
    const TransportCounters &counters() const;

private:
    class Private;
    std::unique_ptr<Private> m_d;
};

} // namespace aegis::http
