#include "tests/bench/BenchmarkFailed.h"
#include "tests/bench/Benchmarks.h"
#include "tests/bench/HttpLoad.h"
#include "tests/bench/RefreshClient.h"
#include "tests/bench/TcpSocket.h"

#include <QtCore/QDir>

#include <thread>

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

constexpr int connections = 16;
constexpr int rounds = 5;

bool listens(quint16 port)
{
    try {
        static_cast<void>(TcpSocket::connectTo(port));
        return true;
    } catch (const BenchmarkFailed &) {
        return false;
    }
}

/// A redis-server that keeps nothing.
class RedisServer {
public:
    explicit RedisServer(const QString &directory) : m_port(freePort()), m_child(commandFor(directory, m_port))
    {
        const auto deadline = std::chrono::steady_clock::now() + 5s;
        while (!listens(m_port)) {
            if (!m_child.isRunning() || std::chrono::steady_clock::now() > deadline)
                throw BenchmarkFailed(QStringLiteral("redis-server does not start; why stands in %1").arg(directory));
            std::this_thread::sleep_for(5ms);
        }
    }
    quint16 port() const { return m_port; }

private:
    static Child::Command commandFor(const QString &directory, quint16 port)
    {
        if (!QDir().mkpath(directory))
            throw BenchmarkFailed(QStringLiteral("%1 cannot be made").arg(directory));
        return {.program = QStringLiteral("redis-server"),
                .arguments = {QStringLiteral("--port"), QString::number(port), QStringLiteral("--bind"), QStringLiteral("127.0.0.1"),
                              QStringLiteral("--save"), QString(), QStringLiteral("--dir"), directory},
                .environment = bareEnvironment(),
                .logFile = directory + QStringLiteral("/redis.log")};
    }

    const quint16 m_port;
    Child m_child;
};

HttpLoad refreshesOf(AegisServer &server)
{
    HttpLoad load{.port = server.port()};
    for (int i = 0; i < connections; ++i)
        load.clients.push_back(std::make_unique<RefreshClient>(server.signUp()));
    return load;
}

} // namespace

void measureRedis(Bench &bench)
{
    const RedisServer redis(bench.directory + QStringLiteral("/redis"));
    AegisServer sharing(bench.program, bench.directory + QStringLiteral("/with-redis"),
                        {{QStringLiteral("REDIS_HOST"), QStringLiteral("127.0.0.1")}, {QStringLiteral("REDIS_PORT"), QString::number(redis.port())}});
    HttpLoad without = refreshesOf(bench.server), with = refreshesOf(sharing);
    std::vector<double> ratios, alone, shared;
    for (int round = 0; round < rounds; ++round) {
        run(without, 3s);
        run(with, 3s);
        alone.push_back(without.perSecond());
        shared.push_back(with.perSecond());
        ratios.push_back(alone.back() / shared.back());
    }
    bench.report.add(QStringLiteral("refresh with Redis, of refresh without"), ratios, Report::Want::AtMost, 1.3, {},
                     QStringLiteral("time a refresh; %1/s with, %2/s without").arg(qRound(median(shared))).arg(qRound(median(alone))));
}

} // namespace aegis::bench
