#pragma once

#include "server/http/transport/GuardContext.h"

#include <QtCore/QSocketNotifier>
#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QTcpServer>

#include <optional>

namespace aegis::http {

/// Accepts the connections of one listening socket on one I/O thread. QHttpServer is bound to it, but learns of a
/// connection only with that one's first good request.
class GuardServer : public QTcpServer {
public:
    GuardServer(std::shared_ptr<GuardContext> context, std::optional<QSslConfiguration> tls);
    ~GuardServer() override;
    Q_DISABLE_COPY_MOVE(GuardServer)

    /// Begins to accept, once it has its listening socket. QTcpServer's own accepting stays off: Qt keeps the first error of
    /// a socket for ever, so after "none at present" it takes "no descriptors left" for that, too, and tries again at once,
    /// without end.
    Result<void> accept();
    /// Accepts no more and gives the listening socket back.
    void stop();

    /// For the connections from now on.
    void setTls(const QSslConfiguration &tls) { m_tls = tls; }

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void acceptWaiting();
    std::shared_ptr<ConnectionTable::Place> placeFor(const QHostAddress &address);

    const std::shared_ptr<GuardContext> m_context;
    std::optional<QSslConfiguration> m_tls;
    int m_listening = -1; ///< a descriptor of our own for the listening socket: Qt's has its notifier already
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace aegis::http
