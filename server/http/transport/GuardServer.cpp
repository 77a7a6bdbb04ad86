#include "server/http/transport/GuardServer.h"

#include "server/http/transport/GuardSocket.h"

#include <QtCore/QTimer>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aegis::http {
namespace {

using namespace std::chrono_literals;

struct Peer {
    QHostAddress address;
    quint16 port = 0;
};

/// The other end; an IPv4 address that arrived on an IPv6 socket is given as what it is.
Peer peerOf(int descriptor)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    if (::getpeername(descriptor, reinterpret_cast<sockaddr *>(&storage), &size) != 0)
        return {};
    QHostAddress address(reinterpret_cast<const sockaddr *>(&storage));
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4);
    if (isIpv4)
        address = QHostAddress(ipv4);
    const quint16 port = storage.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6 *>(&storage)->sin6_port
                                                       : reinterpret_cast<const sockaddr_in *>(&storage)->sin_port;
    return {address, ntohs(port)};
}

} // namespace

GuardServer::GuardServer(std::shared_ptr<GuardContext> context, std::optional<QSslConfiguration> tls) :
    m_context(std::move(context)), m_tls(std::move(tls))
{
    // Out of descriptors, Qt stops accepting for ever. They come back when connections end.
    connect(this, &QTcpServer::acceptError, this, [this] {
        QTimer::singleShot(200ms, this, [this] {
            if (isListening())
                resumeAccepting();
        });
    });
}

void GuardServer::incomingConnection(qintptr descriptor)
{
    const int fd = static_cast<int>(descriptor);
    const Peer peer = peerOf(fd);
    auto place = m_context->draining || peer.address.isNull() ? nullptr : m_context->table->take(peer.address);
    if (!place) {
        ::close(fd); // without a word: whoever has this many connections gets nothing more of the server's time
        return;
    }
    int on = 1;
    ::ioctl(fd, FIONBIO, &on); // QTcpServer leaves that to the socket that it expects to be made
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

    auto *socket = new GuardSocket(m_context, std::move(place), peer.address, peer.port);
    socket->setParent(this);
    const auto announce = [this](GuardSocket *ready) { addPendingConnection(ready); };
    if (m_tls)
        socket->startTls(fd, *m_tls, announce);
    else
        socket->startPlain(fd, announce);
}

} // namespace aegis::http
