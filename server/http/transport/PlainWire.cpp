#include "server/http/transport/PlainWire.h"

#include "server/http/transport/KernelQueue.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace aegis::http {

PlainWire::PlainWire(int descriptor, Listener &listener) :
    m_descriptor(descriptor), m_listener(listener), m_readable(descriptor, QSocketNotifier::Read)
{
    QObject::connect(&m_readable, &QSocketNotifier::activated, &m_readable, [this] { m_listener.wireReadable(); });
}

PlainWire::~PlainWire()
{
    close();
}

qint64 PlainWire::read(char *buffer, qint64 size)
{
    if (m_descriptor < 0)
        return -1;
    const ssize_t count = ::recv(m_descriptor, buffer, static_cast<std::size_t>(size), 0);
    if (count > 0)
        return count;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return 0;
    m_failed = m_failed || count < 0; // a reset; the end of the peer's bytes alone is no failure
    m_readable.setEnabled(false);     // or epoll would tell of the end again and again
    return -1;
}

qint64 PlainWire::send(QByteArrayView bytes)
{
    const ssize_t count = ::send(m_descriptor, bytes.data(), static_cast<std::size_t>(bytes.size()), MSG_NOSIGNAL);
    if (count >= 0)
        return count;
    m_failed = m_failed || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
    return 0;
}

void PlainWire::write(QByteArray bytes)
{
    if (m_descriptor < 0 || m_failed)
        return; // the peer is gone: the next read says so
    if (pending() > 0) {
        m_pending.append(bytes);
        return;
    }
    m_sent = send(bytes);
    if (m_failed || m_sent == bytes.size()) {
        m_sent = 0;
        return;
    }
    m_pending = std::move(bytes);
    if (!m_writable) {
        m_writable.emplace(m_descriptor, QSocketNotifier::Write);
        QObject::connect(&*m_writable, &QSocketNotifier::activated, &*m_writable, [this] { onWritable(); });
    }
    m_writable->setEnabled(true);
}

void PlainWire::onWritable()
{
    const qint64 count = send(QByteArrayView(m_pending).sliced(m_sent));
    m_sent += count;
    if (m_failed || pending() == 0) {
        m_writable->setEnabled(false);
        m_pending = QByteArray();
        m_sent = 0;
    }
    if (m_failed)
        m_listener.wireFailed();
    else if (count > 0)
        m_listener.wireSent();
}

qint64 PlainWire::unconfirmed() const
{
    if (m_descriptor < 0 || m_failed)
        return 0;
    const qint64 bytes = unconfirmedBytes(m_descriptor);
    return m_finished && bytes > 0 ? bytes - 1 : bytes;
}

void PlainWire::setReading(bool on)
{
    if (m_descriptor >= 0)
        m_readable.setEnabled(on);
}

void PlainWire::finishWriting(bool)
{
    if (m_descriptor >= 0 && !std::exchange(m_finished, true))
        ::shutdown(m_descriptor, SHUT_WR);
}

void PlainWire::forsake()
{
    if (unconfirmed() > 0)
        setResetAtEnd(m_descriptor, true);
}

void PlainWire::close()
{
    if (m_descriptor < 0)
        return;
    m_readable.setEnabled(false);
    if (m_writable)
        m_writable->setEnabled(false);
    ::close(m_descriptor);
    m_descriptor = -1;
}

} // namespace aegis::http
