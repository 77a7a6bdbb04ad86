#include "tests/support/FreePort.h"

#include <QtNetwork/QTcpServer>

namespace aegis::test {

quint16 freePort()
{
    QTcpServer server;
    if (!server.listen(QHostAddress::LocalHost))
        qFatal("no free port");
    return server.serverPort();
}

} // namespace aegis::test
