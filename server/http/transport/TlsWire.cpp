#include "server/http/transport/TlsWire.h"

#include "server/http/transport/KernelQueue.h"

#include <QtNetwork/QSslSocket>

#include <unistd.h>

namespace aegis::http {
namespace {

/// Decrypted bytes that may wait to be read; what comes beyond stays in the kernel.
constexpr qint64 readBuffer = 64 * 1024;

} // namespace

TlsWire::TlsWire(int descriptor, const QSslConfiguration &configuration, Listener &listener) : m_listener(listener), m_socket(new QSslSocket)
{
    if (!m_socket->setSocketDescriptor(descriptor)) {
        ::close(descriptor); // the listener's handshake time ends this connection
        return;
    }
    m_socket->setReadBufferSize(readBuffer);
    m_socket->setSslConfiguration(configuration);
    QObject::connect(m_socket, &QSslSocket::encrypted, &m_context, [this] { m_listener.wireReady(); });
    QObject::connect(m_socket, &QSslSocket::readyRead, &m_context, [this] {
        if (m_reading)
            m_listener.wireReadable();
    });
    QObject::connect(m_socket, &QSslSocket::bytesWritten, &m_context, [this] { m_listener.wireSent(); });
    QObject::connect(m_socket, &QSslSocket::encryptedBytesWritten, &m_context, [this] { m_listener.wireSent(); });
    QObject::connect(m_socket, &QSslSocket::disconnected, &m_context, [this] {
        if (m_socket->bytesAvailable() > 0 && m_reading)
            m_listener.wireReadable();
        else
            m_listener.wireFailed();
    });
    m_socket->startServerEncryption();
}

TlsWire::~TlsWire()
{
    close();
    m_socket->deleteLater(); // it may be the one that called
}

qint64 TlsWire::read(char *buffer, qint64 size)
{
    const qint64 count = m_socket->read(buffer, size);
    if (count > 0) {
        if (m_socket->bytesAvailable() > 0)
            readAgain();
        return count;
    }
    return m_socket->state() == QAbstractSocket::ConnectedState ? 0 : -1;
}

/// Qt tells of bytes when they come, not that some are left.
void TlsWire::readAgain()
{
    QMetaObject::invokeMethod(
        &m_context,
        [this] {
            if (m_reading && m_socket->bytesAvailable() > 0)
                m_listener.wireReadable();
        },
        Qt::QueuedConnection);
}

void TlsWire::write(QByteArray bytes)
{
    m_socket->write(bytes);
    m_socket->flush();
}

qint64 TlsWire::pending() const
{
    return m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite();
}

qint64 TlsWire::unconfirmed() const
{
    return unconfirmedBytes(static_cast<int>(m_socket->socketDescriptor()));
}

void TlsWire::setReading(bool on)
{
    if (on && !m_reading)
        readAgain();
    m_reading = on;
}

bool TlsWire::failed() const
{
    return m_socket->state() != QAbstractSocket::ConnectedState;
}

void TlsWire::finishWriting(bool mayBeSending)
{
    // Qt cannot send close_notify and read on: it closes the socket, and a peer that is still sending would be answered
    // by a reset before it has read. Content-Length and "Connection: close" have told that one that this was all.
    if (!mayBeSending)
        m_socket->disconnectFromHost();
}

void TlsWire::forsake()
{
    if (unconfirmed() > 0)
        setResetAtEnd(static_cast<int>(m_socket->socketDescriptor()), true);
}

void TlsWire::close()
{
    m_context.disconnect();
    QObject::disconnect(m_socket, nullptr, &m_context, nullptr);
    m_reading = false;
    m_socket->disconnectFromHost(); // sends close_notify
    if (m_socket->state() != QAbstractSocket::UnconnectedState)
        m_socket->abort();
}

} // namespace aegis::http
