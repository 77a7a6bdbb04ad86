#include "tests/bench/BearerClient.h"
#include "tests/bench/Benchmarks.h"
#include "tests/bench/HttpLoad.h"
#include "tests/bench/PgBench.h"
#include "tests/bench/RefreshClient.h"

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

constexpr int connections = 16; // twice the server's to the database, so that those never wait for the network
constexpr int rounds = 3;

template <class Pgbench> void compare(Bench &bench, const QString &what, HttpLoad &load, const Pgbench &pgbench)
{
    std::vector<double> ratios, ours, theirs;
    for (int round = 0; round < rounds; ++round) {
        theirs.push_back(pgbench());
        run(load, 3s);
        ours.push_back(load.perSecond());
        ratios.push_back(ours.back() / theirs.back());
    }
    bench.report.add(what, ratios, Report::Want::AtLeast, 0.7, {},
                     QStringLiteral("%1/s of %2/s").arg(qRound(median(ours))).arg(qRound(median(theirs))));
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
    compare(bench, QStringLiteral("refresh, of pgbench with its SQL"), refreshes, [&] { return pgbench.rotationsPerSecond(3); });
    compare(bench, QStringLiteral("/auth/me, of pgbench with its SQL"), reads, [&] { return pgbench.readsPerSecond(3); });
}

} // namespace aegis::bench
