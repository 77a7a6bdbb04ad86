#pragma once

#include "server/http/transport/GuardContext.h"

#include <QtNetwork/QSslConfiguration>
#include <QtNetwork/QTcpServer>

#include <optional>

namespace aegis::http {

/// Accepts the connections of one listening socket on one I/O thread. QHttpServer is bound to it, but learns of a
/// connection only with that one's first good request.
class GuardServer : public QTcpServer {
public:
    GuardServer(std::shared_ptr<GuardContext> context, std::optional<QSslConfiguration> tls);

    /// For the connections from now on.
    void setTls(const QSslConfiguration &tls) { m_tls = tls; }

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    const std::shared_ptr<GuardContext> m_context;
    std::optional<QSslConfiguration> m_tls;
};

} // namespace aegis::http
