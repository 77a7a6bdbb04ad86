#include "server/http/transport/HttpServer.h"

#include "server/http/transport/IoThread.h"
#include "server/http/transport/ListeningSocket.h"

#include <QtCore/QTimer>

#include <algorithm>

namespace aegis::http {

class HttpServer::Private {
public:
    Private(HttpServerOptions itsOptions, Handler itsHandler) :
        options(std::move(itsOptions)), handler(std::move(itsHandler)),
        table(std::make_shared<ConnectionTable>(ConnectionTable::Options{
            .connections = options.limits.connections, .connectionsPerAddress = options.limits.connectionsPerAddress, .isProxy = options.isProxy}))
    {
    }

    Result<void> listenOnAll();
    void endDrain();

    const HttpServerOptions options;
    const Handler handler;
    const std::shared_ptr<ConnectionTable> table;
    const std::shared_ptr<TransportCounters> counters = std::make_shared<TransportCounters>();
    quint16 port = 0;

    QObject receiver; ///< of what the I/O threads report
    QTimer deadline;
    std::function<void(int)> onDrained;
    std::size_t draining = 0; ///< threads that still have connections

    std::vector<std::unique_ptr<IoThread>> threads; ///< the last member: they end before what they report to
};

HttpServer::HttpServer(HttpServerOptions options, Handler handler) : m_d(std::make_unique<Private>(std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() = default;

Result<quint16> HttpServer::start()
{
    m_d->port = m_d->options.port;
    for (const QHostAddress &address : m_d->options.addresses) {
        TRY(const quint16 port, probePort(address, m_d->port));
        m_d->port = port;
    }
    for (int number = 0; number < std::clamp(m_d->options.threads, 1, 64); ++number)
        m_d->threads.push_back(std::make_unique<IoThread>(number, m_d->options, m_d->handler, IoThread::Shared{m_d->table, m_d->counters}));
    if (Result<void> listening = m_d->listenOnAll(); !listening) {
        m_d->threads.clear();
        return std::move(listening).problem();
    }
    return m_d->port;
}

Result<void> HttpServer::Private::listenOnAll()
{
    for (const auto &thread : threads) {
        for (const QHostAddress &address : options.addresses)
            CHECK(thread->listen(address, port));
    }
    return {};
}

void HttpServer::reloadTls(const TlsConfiguration &tls)
{
    for (const auto &thread : m_d->threads)
        thread->reloadTls(tls.configuration());
}

void HttpServer::drain(std::chrono::milliseconds deadline, std::function<void(int cut)> done, std::function<void()> hurry)
{
    Private *const d = m_d.get();
    d->onDrained = std::move(done);
    d->draining = d->threads.size();
    d->deadline.setSingleShot(true);
    QObject::connect(&d->deadline, &QTimer::timeout, &d->receiver, [d, hurry = std::move(hurry)] {
        hurry();
        d->endDrain();
    });
    d->deadline.start(deadline);
    for (const auto &thread : d->threads) {
        thread->drain([d] {
            QMetaObject::invokeMethod(
                &d->receiver,
                [d] {
                    if (--d->draining == 0)
                        d->endDrain();
                },
                Qt::QueuedConnection);
        });
    }
}

/// All connections have ended by themselves, or the time for it is over.
void HttpServer::Private::endDrain()
{
    deadline.stop();
    int cut = 0;
    for (const auto &thread : threads)
        cut += thread->cut();
    if (const auto done = std::exchange(onDrained, nullptr))
        done(cut);
}

int HttpServer::connections() const
{
    return m_d->table->total();
}

const TransportCounters &HttpServer::counters() const
{
    return *m_d->counters;
}

} // namespace aegis::http
