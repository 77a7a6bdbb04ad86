#include "server/http/transport/ListeningSocket.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace aegis::http {
namespace {

constexpr int backlog = 1024;

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
    sockaddr *pointer() { return reinterpret_cast<sockaddr *>(&storage); }
};

SocketAddress socketAddress(const QHostAddress &address, quint16 port)
{
    SocketAddress result;
    if (address.protocol() == QAbstractSocket::IPv4Protocol) {
        auto &ipv4 = reinterpret_cast<sockaddr_in &>(result.storage);
        ipv4.sin_family = AF_INET;
        ipv4.sin_port = htons(port);
        ipv4.sin_addr.s_addr = htonl(address.toIPv4Address());
        result.size = sizeof ipv4;
    } else {
        auto &ipv6 = reinterpret_cast<sockaddr_in6 &>(result.storage);
        const Q_IPV6ADDR bytes = address.toIPv6Address();
        ipv6.sin6_family = AF_INET6;
        ipv6.sin6_port = htons(port);
        std::memcpy(&ipv6.sin6_addr, &bytes, sizeof bytes);
        result.size = sizeof ipv6;
    }
    return result;
}

Problem problemOf(int error, const QHostAddress &address, quint16 port)
{
    return Problem(error == EADDRINUSE ? ProblemCode::Conflict : ProblemCode::Internal)
        .withInternal(QStringLiteral("cannot listen on %1 port %2: %3")
                          .arg(address.toString())
                          .arg(port)
                          .arg(QString::fromStdString(std::generic_category().message(error))));
}

void setOption(int descriptor, int level, int option, int value)
{
    ::setsockopt(descriptor, level, option, &value, sizeof value);
}

void enable(int descriptor, int level, int option)
{
    setOption(descriptor, level, option, 1);
}

Result<int> bindSocket(const QHostAddress &address, quint16 port, bool shared)
{
    SocketAddress where = socketAddress(address, port);
    const int descriptor = ::socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return problemOf(errno, address, port);
    enable(descriptor, SOL_SOCKET, SO_REUSEADDR); // connections of the server that ran here before may still be fading
    if (shared)
        enable(descriptor, SOL_SOCKET, SO_REUSEPORT);
    if (where.storage.ss_family == AF_INET6)
        enable(descriptor, IPPROTO_IPV6, IPV6_V6ONLY); // so that "0.0.0.0" and "::" can both be listened on
    if (::bind(descriptor, where.pointer(), where.size) != 0) {
        const int error = errno;
        ::close(descriptor);
        return problemOf(error, address, port);
    }
    return descriptor;
}

} // namespace

Result<quint16> probePort(const QHostAddress &address, quint16 port)
{
    TRY(const int descriptor, bindSocket(address, port, false));
    SocketAddress bound;
    bound.size = sizeof bound.storage;
    const int failed = ::getsockname(descriptor, bound.pointer(), &bound.size);
    const int error = errno;
    ::close(descriptor);
    if (failed != 0)
        return problemOf(error, address, port);
    return ntohs(bound.storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6 &>(bound.storage).sin6_port
                                                     : reinterpret_cast<const sockaddr_in &>(bound.storage).sin_port);
}

Result<int> listenShared(const QHostAddress &address, quint16 port, const HttpLimits &limits)
{
    TRY(const int descriptor, bindSocket(address, port, true));
    enable(descriptor, IPPROTO_TCP, TCP_NODELAY);
    setOption(descriptor, SOL_SOCKET, SO_SNDBUF, limits.kernelBuffer);
    setOption(descriptor, SOL_SOCKET, SO_RCVBUF, limits.kernelBuffer);
    setOption(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(limits.write.count()));
    if (::listen(descriptor, backlog) != 0) {
        const int error = errno;
        ::close(descriptor);
        return problemOf(error, address, port);
    }
    return descriptor;
}

} // namespace aegis::http
