#include "server/http/transport/GuardServer.h"

#include "server/http/transport/GuardSocket.h"

#include <QtCore/QTimer>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace aegis::http {
namespace {

using namespace std::chrono_literals;

/// Connections that are accepted before others have their turn.
constexpr int turnLength = 64;
constexpr auto retryTime = 200ms;

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
}

GuardServer::~GuardServer()
{
    stop();
}

Result<void> GuardServer::accept()
{
    pauseAccepting();
    m_listening = ::fcntl(static_cast<int>(socketDescriptor()), F_DUPFD_CLOEXEC, 0);
    if (m_listening < 0)
        return Problem(ProblemCode::Internal).withInternal(qt_error_string(errno));
    m_notifier = std::make_unique<QSocketNotifier>(m_listening, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] { acceptWaiting(); });
    return {};
}

void GuardServer::stop()
{
    m_notifier.reset();
    if (m_listening >= 0)
        ::close(std::exchange(m_listening, -1));
    close();
}

void GuardServer::acceptWaiting()
{
    for (int count = 0; count < turnLength; ++count) {
        const int descriptor = ::accept4(m_listening, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor >= 0) {
            incomingConnection(descriptor);
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED)
            continue;
        if (errno == EAGAIN)
            return;
        // Descriptors or memory have run out, and come back when connections end.
        ++m_context->counters->acceptFailures;
        m_notifier->setEnabled(false);
        QTimer::singleShot(retryTime, this, [this] {
            if (m_notifier)
                m_notifier->setEnabled(true);
        });
        return;
    }
}

/// When all places are taken, somebody who waits for the client since long goes: whoever fills the table with connections that
/// ask nothing, or never end to, keeps nobody out.
std::shared_ptr<ConnectionTable::Place> GuardServer::placeFor(const QHostAddress &address)
{
    auto place = m_context->table->take(address);
    if (place || !m_context->table->isFullFor(address))
        return place;
    GuardSocket *const longest = m_context->waiting.longest();
    if (!longest)
        return nullptr;
    longest->giveWay();
    ++m_context->counters->endedForOthers;
    return m_context->table->take(address);
}

void GuardServer::incomingConnection(qintptr descriptor)
{
    const int fd = static_cast<int>(descriptor);
    const Peer peer = peerOf(fd);
    const bool isWelcome = !m_context->draining && !peer.address.isNull();
    auto place = isWelcome ? placeFor(peer.address) : nullptr;
    if (!place) {
        if (isWelcome)
            ++m_context->counters->refusedConnections;
        ::close(fd); // without a word: whoever has this many connections gets nothing more of the server's time
        return;
    }
    auto *socket = new GuardSocket(m_context, std::move(place), peer.address, peer.port);
    socket->setParent(this);
    const auto announce = [this](GuardSocket *ready) {
        addPendingConnection(ready);
        if (isListening())    // else QTcpServer has nothing to pause, and falls over it
            pauseAccepting(); // it goes on when somebody takes a connection from it
    };
    if (m_tls)
        socket->startTls(fd, *m_tls, announce);
    else
        socket->startPlain(fd, announce);
}

} // namespace aegis::http
