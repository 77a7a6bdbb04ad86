#pragma once

#include <QtCore/QByteArray>
#include <QtNetwork/QSslCertificate>

namespace aegis::test {

/// What one request over TLS was answered, by a server whose certificate nobody has signed.
struct TlsReply {
    int status = 0; ///< 0: there was no answer
    QByteArray text;
    QString subject; ///< common name in the server's certificate
};

/// `GET path` on a connection of its own to 127.0.0.1. It blocks.
TlsReply getOverTls(quint16 port, const char *path);

} // namespace aegis::test
