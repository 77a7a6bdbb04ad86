#include "server/http/transport/StandInSocket.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace aegis::http {
namespace {

/// All that QHttpServer sees of a request. It reads it byte by byte, so it is as short as it takes it (without a Host; all of
/// its versions do).
constexpr QByteArrayView minimalRequest = "GET / HTTP/1.1\r\n\r\n";

} // namespace

StandInSocket::StandInSocket(const QHostAddress &peer, quint16 peerPort)
{
    setOpenMode(QIODevice::ReadWrite);
    setSocketState(ConnectedState);
    setPeerAddress(peer);
    setPeerPort(peerPort);
}

StandInSocket::~StandInSocket()
{
    setSocketState(UnconnectedState);
}

void StandInSocket::offerRequest(const std::function<void()> &announce)
{
    m_unread = minimalRequest.size();
    if (!std::exchange(m_announced, true))
        announce();
    Q_EMIT readyRead();
}

void StandInSocket::leave()
{
    QMetaObject::invokeMethod(
        this,
        [this] {
            setSocketState(UnconnectedState);
            if (m_announced)
                Q_EMIT disconnected(); // QHttpServer owns it now, and deletes it
            else
                deleteLater();
        },
        Qt::QueuedConnection);
}

qint64 StandInSocket::bytesAvailable() const
{
    return QTcpSocket::bytesAvailable() + m_unread;
}

qint64 StandInSocket::readData(char *data, qint64 maximum)
{
    const qsizetype count = std::min<qsizetype>(maximum, m_unread);
    std::memcpy(data, minimalRequest.data() + (minimalRequest.size() - m_unread), static_cast<std::size_t>(count));
    m_unread -= count;
    return count;
}

/// Whatever QHttpServer would say is not for the wire.
qint64 StandInSocket::writeData(const char *, qint64 size)
{
    return size;
}

} // namespace aegis::http
