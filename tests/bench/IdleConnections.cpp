#include "tests/bench/IdleConnections.h"

#include "tests/bench/BenchmarkFailed.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <array>

namespace aegis::bench {
namespace {

constexpr int perAddress = 200;

} // namespace

IdleConnections::IdleConnections(quint16 port, int count, const QByteArray &request)
{
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max < static_cast<rlim_t>(count) + 256)
        throw BenchmarkFailed(QStringLiteral("%1 connections need a higher limit of open files (ulimit -Hn)").arg(count));
    for (int i = 0; i < count; ++i) {
        const TcpSocket &socket = m_sockets.emplace_back(TcpSocket::connectTo(port, 2 + i / perAddress));
        std::array<char, 4096> answer;
        if (!socket.send(request) || ::recv(socket.descriptor(), answer.data(), answer.size(), 0) <= 0)
            throw BenchmarkFailed(QStringLiteral("connection %1 was not served").arg(i));
    }
}

} // namespace aegis::bench
