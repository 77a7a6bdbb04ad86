#include "tests/bench/TcpSocket.h"

#include "tests/bench/BenchmarkFailed.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aegis::bench {
namespace {

sockaddr_in loopback(quint16 port, int last = 1)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + static_cast<quint32>(last));
    return address;
}

bool bindTo(int descriptor, const sockaddr_in &address)
{
    return ::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
}

} // namespace

TcpSocket TcpSocket::connectTo(quint16 port, int source)
{
    TcpSocket made(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(made.m_descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const sockaddr_in address = loopback(port);
    const bool isBound = source == 1 || bindTo(made.m_descriptor, loopback(0, source));
    if (!isBound || ::connect(made.m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        throw BenchmarkFailed(QStringLiteral("port %1 takes no connection: %2").arg(port).arg(qt_error_string()));
    return made;
}

TcpSocket::~TcpSocket()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

void TcpSocket::setBlocking(bool on) const
{
    int value = on ? 0 : 1;
    ::ioctl(m_descriptor, FIONBIO, &value);
}

bool TcpSocket::send(QByteArrayView bytes) const
{
    return ::send(m_descriptor, bytes.data(), static_cast<std::size_t>(bytes.size()), MSG_NOSIGNAL) == bytes.size(); // a request fits the buffer
}

quint16 freePort()
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    const bool isBound = bindTo(descriptor, address) && ::getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &size) == 0;
    ::close(descriptor);
    if (!isBound)
        throw BenchmarkFailed(QStringLiteral("there is no free port"));
    return ntohs(address.sin_port);
}

} // namespace aegis::bench
