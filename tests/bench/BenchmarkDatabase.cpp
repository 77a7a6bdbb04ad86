#include "tests/bench/BearerClient.h"
#include "tests/bench/Benchmarks.h"
#include "tests/bench/CpuShares.h"
#include "tests/bench/HttpLoad.h"
#include "tests/bench/PgBench.h"
#include "tests/bench/RefreshClient.h"

namespace aegis::bench {
namespace {

constexpr int connections = 16; // twice the server's to the database, so that those never wait for the network
constexpr int rounds = 3;
constexpr int seconds = 3;

template <class Pgbench> void compare(Bench &bench, const QString &what, HttpLoad &load, const Pgbench &pgbench)
{
    std::vector<double> ratios, ours, theirs;
    QString ourShares, theirShares;
    for (int round = 0; round < rounds; ++round) {
        const CpuShares begin = CpuShares::now(bench.server);
        theirs.push_back(pgbench());
        const CpuShares middle = CpuShares::now(bench.server);
        run(load, std::chrono::seconds(seconds));
        ours.push_back(load.perSecond());
        ratios.push_back(ours.back() / theirs.back());
        ourShares = (CpuShares::now(bench.server) - middle).ofOne(static_cast<double>(load.latencies.count()));
        theirShares = (middle - begin).ofOne(theirs.back() * seconds);
    }
    bench.report.add(what, ratios, Report::Want::AtLeast, 0.7, {},
                     QStringLiteral("%1/s (%2) of %3/s (%4)").arg(qRound(median(ours))).arg(ourShares).arg(qRound(median(theirs))).arg(theirShares));
}

} // namespace

void measureDatabase(Bench &bench)
{
    HttpLoad refreshes{.port = bench.server.port()}, reads{.port = bench.server.port()};
    for (int i = 0; i < connections; ++i) {
        const Account account = bench.server.signUp();
        refreshes.clients.push_back(std::make_unique<RefreshClient>(account));
        reads.clients.push_back(std::make_unique<BearerClient>("/auth/me", account.accessToken, 200));
    }
    PgBench pgbench(bench.server, bench.directory + QStringLiteral("/pgbench"), bench.server.signUp());
    compare(bench, QStringLiteral("refresh, of pgbench with its SQL"), refreshes, [&] { return pgbench.rotationsPerSecond(seconds); });
    compare(bench, QStringLiteral("/auth/me, of pgbench with its SQL"), reads, [&] { return pgbench.readsPerSecond(seconds); });
}

} // namespace aegis::bench
