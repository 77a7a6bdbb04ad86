#pragma once

#include "server/http/transport/GuardContext.h"

#include <QtCore/QThread>

#include <functional>
#include <memory>

class QHttpServer;
class QTimer;

namespace aegis::http {

class GuardServer;

/// One I/O thread: an epoll loop, a QHttpServer and a guard for each address. All methods are called on the thread that
/// made it; they hand over to the I/O thread.
class IoThread {
public:
    /// What the threads of one server share.
    struct Shared {
        std::shared_ptr<ConnectionTable> table;
        std::shared_ptr<TransportCounters> counters;
    };

    IoThread(int number, const HttpServerOptions &options, HttpServer::Handler handler, Shared shared);
    /// Cuts what is open and ends the thread.
    ~IoThread();
    IoThread(const IoThread &) = delete;
    IoThread &operator=(const IoThread &) = delete;

    /// Listens there. Waits until that is done.
    Result<void> listen(const QHostAddress &address, quint16 port);
    void reloadTls(const QSslConfiguration &tls);
    /// Stops listening and lets the connections end; `onEmpty` is called once on the I/O thread when none is left.
    void drain(std::function<void()> onEmpty);
    /// Ends what is still open, and gives how many that were. Waits until that is done.
    int cut();

private:
    void run(const std::function<void()> &function);
    void setUp(const HttpServerOptions &options, HttpServer::Handler handler, Shared shared);
    void onSocketsChange();

    QThread m_thread;
    QObject *m_receiver; ///< lives on the I/O thread
    // Of the I/O thread alone:
    std::shared_ptr<GuardContext> m_context;
    std::optional<QSslConfiguration> m_tls;
    std::unique_ptr<QHttpServer> m_httpServer;
    std::unique_ptr<QTimer> m_sweep;     ///< checks the deadlines while anything is open; no timer per request
    std::vector<GuardServer *> m_guards; ///< owned by m_httpServer
    std::function<void()> m_onEmpty;
};

} // namespace aegis::http
