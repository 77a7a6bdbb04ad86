#include "tests/server/http/transport/WireClient.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QList>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace aegis::test {
namespace {

constexpr int patience = 35'000; ///< milliseconds, longer than HTTP_HANDLER_TIMEOUT; only a broken server needs them

} // namespace

QByteArray WireReply::field(QByteArrayView name) const
{
    for (const QByteArray &line : head.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0 && line.first(colon).compare(name, Qt::CaseInsensitive) == 0)
            return line.mid(colon + 1).trimmed();
    }
    return {};
}

QByteArray WireReply::problemCode() const
{
    return QJsonDocument::fromJson(body).object().value(QLatin1String("code")).toString().toLatin1();
}

WireClient::WireClient(quint16 port, const char *address)
{
    m_descriptor = ::socket(QByteArrayView(address).contains(':') ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    connectTo(port, address);
}

WireClient::WireClient(quint16 port, const Options &options)
{
    m_descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (options.receiveBuffer > 0)
        ::setsockopt(m_descriptor, SOL_SOCKET, SO_RCVBUF, &options.receiveBuffer, sizeof options.receiveBuffer);
    if (options.source) {
        sockaddr_in source{};
        source.sin_family = AF_INET;
        ::inet_pton(AF_INET, options.source, &source.sin_addr);
        ::bind(m_descriptor, reinterpret_cast<const sockaddr *>(&source), sizeof source);
    }
    connectTo(port, "127.0.0.1");
}

void WireClient::connectTo(quint16 port, const char *address)
{
    const bool isIpv6 = QByteArrayView(address).contains(':');
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port);
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    ::inet_pton(isIpv6 ? AF_INET6 : AF_INET, address, isIpv6 ? static_cast<void *>(&ipv6.sin6_addr) : static_cast<void *>(&ipv4.sin_addr));
    const int failed = isIpv6 ? ::connect(m_descriptor, reinterpret_cast<sockaddr *>(&ipv6), sizeof ipv6)
                              : ::connect(m_descriptor, reinterpret_cast<sockaddr *>(&ipv4), sizeof ipv4);
    if (failed != 0)
        close();
}

WireClient::~WireClient()
{
    close();
}

bool WireClient::send(const QByteArray &bytes)
{
    qsizetype sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count = ::send(m_descriptor, bytes.constData() + sent, static_cast<std::size_t>(bytes.size() - sent), MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        sent += count;
    }
    return true;
}

WireClient::Reading WireClient::more(int milliseconds)
{
    pollfd waiting{m_descriptor, POLLIN, 0};
    if (::poll(&waiting, 1, milliseconds) == 0)
        return Reading::Silence;
    std::array<char, 65536> buffer;
    const ssize_t count = ::recv(m_descriptor, buffer.data(), buffer.size(), 0);
    if (count <= 0)
        return Reading::End;
    m_received.append(buffer.data(), count);
    return Reading::Bytes;
}

WireReply WireClient::reply(bool isHead)
{
    qsizetype end = -1;
    while ((end = m_received.indexOf("\r\n\r\n")) < 0) {
        if (more(patience) != Reading::Bytes)
            return {};
    }
    WireReply reply;
    reply.head = m_received.first(end);
    m_received.remove(0, end + 4);
    const int status = reply.head.mid(9, 3).toInt();

    if (isHead || status == 204 || status == 304 || status == 100) {
        reply.status = status;
        return reply;
    }
    if (reply.field("Transfer-Encoding") == "chunked") {
        for (;;) {
            while (!m_received.contains("\r\n")) {
                if (more(patience) != Reading::Bytes)
                    return {};
            }
            const qsizetype line = m_received.indexOf("\r\n");
            const qsizetype size = m_received.first(line).toLongLong(nullptr, 16);
            while (m_received.size() < line + 2 + size + 2) {
                if (more(patience) != Reading::Bytes)
                    return {};
            }
            reply.body.append(m_received.mid(line + 2, size));
            m_received.remove(0, line + 2 + size + 2);
            if (size == 0)
                break;
        }
    } else if (!reply.field("Content-Length").isNull()) {
        const qsizetype size = reply.field("Content-Length").toLongLong();
        while (m_received.size() < size) {
            if (more(patience) != Reading::Bytes)
                return {};
        }
        reply.body = m_received.first(size);
        m_received.remove(0, size);
    } else {
        while (more(patience) == Reading::Bytes) {}
        reply.body = std::exchange(m_received, QByteArray());
    }
    reply.status = status;
    return reply;
}

bool WireClient::hasEnded(int milliseconds)
{
    return m_received.isEmpty() && more(milliseconds) == Reading::End;
}

bool WireClient::isSilent(int milliseconds)
{
    return m_received.isEmpty() && more(milliseconds) == Reading::Silence;
}

QByteArray WireClient::some(qsizetype most)
{
    if (m_received.isEmpty())
        more(patience);
    const QByteArray bytes = m_received.first(std::min(most, m_received.size()));
    m_received.remove(0, bytes.size());
    return bytes;
}

void WireClient::finishSending()
{
    ::shutdown(m_descriptor, SHUT_WR);
}

void WireClient::close(bool reset)
{
    if (m_descriptor < 0)
        return;
    const linger now{.l_onoff = 1, .l_linger = 0};
    if (reset)
        ::setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(m_descriptor);
    m_descriptor = -1;
}

bool WireClient::isReset()
{
    errno = 0;
    while (more(patience) == Reading::Bytes) {}
    return errno == ECONNRESET;
}

int WireClient::otherEnd() const
{
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(m_descriptor, reinterpret_cast<sockaddr *>(&own), &size);
    for (int descriptor = 0; descriptor < 1024; ++descriptor) {
        sockaddr_in peer{};
        size = sizeof peer;
        const bool isConnected = ::getpeername(descriptor, reinterpret_cast<sockaddr *>(&peer), &size) == 0;
        if (isConnected && peer.sin_family == AF_INET && peer.sin_port == own.sin_port)
            return descriptor;
    }
    return -1;
}

void WireClient::readSlowly()
{
    const int bytes = 64 * 1024;
    ::setsockopt(m_descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

} // namespace aegis::test
