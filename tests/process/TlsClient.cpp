#include "tests/process/TlsClient.h"

#include <QtNetwork/QSslSocket>

namespace aegis::test {

TlsReply getOverTls(quint16 port, const char *path)
{
    TlsReply reply;
    QSslSocket socket;
    socket.setPeerVerifyMode(QSslSocket::VerifyNone);
    socket.connectToHostEncrypted(QStringLiteral("127.0.0.1"), port);
    if (!socket.waitForEncrypted(10'000))
        return reply;
    reply.subject = socket.peerCertificate().subjectInfo(QSslCertificate::CommonName).value(0);
    socket.write(QByteArray("GET ") + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    while (socket.waitForReadyRead(10'000)) {}
    reply.text = socket.readAll();
    reply.status = reply.text.mid(9, 3).toInt();
    return reply;
}

} // namespace aegis::test
