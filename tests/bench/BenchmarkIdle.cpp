#include "tests/bench/BearerClient.h"
#include "tests/bench/Benchmarks.h"
#include "tests/bench/HttpLoad.h"
#include "tests/bench/IdleConnections.h"

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

constexpr int idleConnections = 4'000;
constexpr int rounds = 3;

} // namespace

void measureIdle(Bench &bench)
{
    const QByteArray token = bench.server.signUp().accessToken;
    HttpLoad load{.port = bench.server.port()};
    for (int i = 0; i < 16; ++i)
        load.clients.push_back(std::make_unique<BearerClient>("/auth/verify", token, 204));
    const auto microseconds = [&] {
        const double before = cpuSeconds(bench.server.id());
        run(load, 2s);
        return (cpuSeconds(bench.server.id()) - before) * 1e6 / static_cast<double>(load.latencies.count());
    };

    std::vector<double> ratios, among;
    double memory = 0;
    double alone = microseconds();
    for (int round = 0; round < rounds; ++round) {
        {
            const IdleConnections idle(bench.server.port(), idleConnections, load.clients.front()->request());
            among.push_back(microseconds());
            memory = residentMib(bench.server.id());
        }
        const double after = microseconds();
        ratios.push_back(among.back() / ((alone + after) / 2));
        alone = after;
    }
    bench.report.add(QStringLiteral("a request among 4,000 idle connections, CPU against alone"), ratios, Report::Want::AtMost, 1.3, {},
                     QStringLiteral("%1 us a request; %2 MiB resident with them").arg(median(among), 0, 'f', 1).arg(memory, 0, 'f', 0));
}

} // namespace aegis::bench
