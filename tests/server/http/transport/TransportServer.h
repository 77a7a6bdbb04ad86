#pragma once

#include "server/http/transport/HttpServer.h"

#include <QtCore/QDeadlineTimer>

#include <condition_variable>
#include <mutex>

namespace aegis::test {

/// Exchanges that a handler has laid aside, for the test to answer.
class Mailbox {
public:
    void put(http::HttpExchange exchange)
    {
        const std::lock_guard lock(m_mutex);
        m_exchanges.push_back(std::move(exchange));
        m_changed.notify_all();
    }
    /// Waits until there are so many; false after ten seconds.
    bool waitFor(std::size_t count)
    {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, std::chrono::seconds(10), [&] { return m_exchanges.size() >= count; });
    }
    std::vector<http::HttpExchange> takeAll()
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_exchanges, {});
    }
    std::size_t size()
    {
        const std::lock_guard lock(m_mutex);
        return m_exchanges.size();
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<http::HttpExchange> m_exchanges;
};

/// A plain text answer.
inline http::HttpReply textReply(const QByteArray &body, int status = 200)
{
    http::HttpReply reply;
    reply.status = status;
    reply.headers = {{QByteArrayLiteral("Content-Type"), QByteArrayLiteral("text/plain")}};
    reply.body = body;
    return reply;
}

/// What the server understood of a request, in one line.
inline QByteArray described(const http::HttpRequest &request)
{
    return request.method + ' ' + request.path + (request.query.isEmpty() ? QByteArray() : '?' + request.query) + " [" + request.body + ']';
}

/// A server on 127.0.0.1 that describes each request to its sender, unless it is told to do something else.
struct TransportServer {
    explicit TransportServer(http::HttpServer::Handler handler = nullptr, http::HttpLimits limits = {}, int threads = 1,
                             std::optional<http::TlsConfiguration> tls = std::nullopt)
    {
        if (!handler)
            handler = [](http::HttpExchange exchange) { exchange.answer(textReply(described(exchange.request()))); };
        http::HttpServerOptions options;
        options.threads = threads;
        options.limits = limits;
        options.tls = std::move(tls);
        server = std::make_unique<http::HttpServer>(options, std::move(handler));
        const Result<quint16> started = server->start();
        if (started)
            port = started.value();
    }

    std::unique_ptr<http::HttpServer> server;
    quint16 port = 0; ///< 0 when it did not start
};

} // namespace aegis::test
