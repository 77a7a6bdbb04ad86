#include "server/http/transport/IoThread.h"

#include "server/http/transport/EpollDispatcher.h"
#include "server/http/transport/GuardServer.h"
#include "server/http/transport/GuardSocket.h"
#include "server/http/transport/ListeningSocket.h"
#include "server/http/transport/QtCompat.h"

#include <QtCore/QTimer>

#include <unistd.h>

namespace aegis::http {
namespace {

using namespace std::chrono_literals;

/// Takes the request that QHttpServer has just dispatched to the handler.
void handOver(const HttpServer::Handler &handler)
{
    GuardSocket *const socket = GuardSocket::dispatching();
    if (!socket)
        return;
    HttpExchange exchange = socket->takeExchange();
    try {
        handler(std::move(exchange));
    } catch (const std::exception &exception) { // a bug; the exchange has answered for itself
        qCritical("a handler threw: %s", exception.what());
    }
}

} // namespace

IoThread::IoThread(int number, const HttpServerOptions &options, HttpServer::Handler handler, Shared shared) : m_receiver(new QObject)
{
    m_thread.setObjectName(QStringLiteral("http-%1").arg(number));
    m_thread.setEventDispatcher(new EpollDispatcher);
    m_receiver->moveToThread(&m_thread);
    m_thread.start();
    run([&] { setUp(options, std::move(handler), std::move(shared)); });
}

IoThread::~IoThread()
{
    run([this] {
        m_onEmpty = nullptr;
        const auto open = m_context->sockets;
        for (GuardSocket *socket : open)
            socket->cut();
        m_context->onChange = [] {};
        m_httpServer.reset();
        m_sweep.reset();
        m_context->handler = nullptr;
    });
    m_receiver->deleteLater();
    m_thread.quit();
    m_thread.wait();
}

void IoThread::run(const std::function<void()> &function)
{
    QMetaObject::invokeMethod(m_receiver, function, Qt::BlockingQueuedConnection);
}

void IoThread::setUp(const HttpServerOptions &options, HttpServer::Handler handler, Shared shared)
{
    m_context = std::make_shared<GuardContext>();
    m_context->limits = options.limits;
    m_context->bodyLimit = options.bodyLimit;
    m_context->refuse = options.refuse;
    m_context->handler = std::move(handler);
    m_context->table = std::move(shared.table);
    m_context->counters = std::move(shared.counters);
    m_context->onChange = [this] { onSocketsChange(); };
    if (options.tls)
        m_tls = options.tls->configuration();

    m_sweep = std::make_unique<QTimer>();
    m_sweep->setInterval(250ms);
    QObject::connect(m_sweep.get(), &QTimer::timeout, m_sweep.get(), [this] {
        const auto open = m_context->sockets;
        for (GuardSocket *socket : open)
            socket->sweep();
    });
    m_httpServer = std::make_unique<QHttpServer>();
    qtcompat::leaveLimitsToGuard(*m_httpServer);
    qtcompat::setOnRequest(*m_httpServer, [context = m_context.get()] { handOver(context->handler); });
}

Result<void> IoThread::listen(const QHostAddress &address, quint16 port)
{
    Result<void> result;
    run([&] {
        Result<int> descriptor = listenShared(address, port, m_context->limits);
        if (!descriptor) {
            result = std::move(descriptor).problem();
            return;
        }
        auto guard = std::make_unique<GuardServer>(m_context, m_tls);
        if (!guard->setSocketDescriptor(*descriptor)) {
            ::close(*descriptor);
            result = Problem(ProblemCode::Internal).withInternal(guard->errorString());
        } else if (!qtcompat::bind(*m_httpServer, guard.get())) {
            result = Problem(ProblemCode::Internal).withInternal(QStringLiteral("QHttpServer does not take the listening socket"));
        } else {
            GuardServer *const bound = guard.release();
            m_guards.push_back(bound);
            result = bound->accept();
        }
    });
    return result;
}

void IoThread::reloadTls(const QSslConfiguration &tls)
{
    QMetaObject::invokeMethod(m_receiver, [this, tls] {
        m_tls = tls;
        for (GuardServer *guard : m_guards)
            guard->setTls(tls);
    });
}

void IoThread::drain(std::function<void()> onEmpty)
{
    QMetaObject::invokeMethod(m_receiver, [this, onEmpty = std::move(onEmpty)] {
        m_onEmpty = onEmpty;
        m_context->draining = true;
        const auto open = m_context->sockets;
        for (GuardSocket *socket : open) // first: QTcpServer hands connections on with a complaint when it listens no more
            socket->drain();
        for (GuardServer *guard : m_guards)
            guard->stop();
        onSocketsChange();
    });
}

int IoThread::cut()
{
    int count = 0;
    run([&] {
        const auto open = m_context->sockets;
        count = static_cast<int>(open.size());
        for (GuardSocket *socket : open)
            socket->cut();
    });
    return count;
}

void IoThread::onSocketsChange()
{
    if (!m_context->sockets.isEmpty()) {
        if (!m_sweep->isActive())
            m_sweep->start();
        return;
    }
    m_sweep->stop();
    if (m_onEmpty)
        std::exchange(m_onEmpty, nullptr)();
}

} // namespace aegis::http
