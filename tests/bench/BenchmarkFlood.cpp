#include "tests/bench/BearerClient.h"
#include "tests/bench/Benchmarks.h"
#include "tests/bench/HttpLoad.h"
#include "tests/bench/LoginClient.h"
#include "tests/bench/RefreshClient.h"

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 3;

struct Slowness {
    std::vector<double> p99;
    std::vector<double> p50;

    void add(const Latencies &latencies)
    {
        p99.push_back(latencies.percentile(0.99));
        p50.push_back(latencies.percentile(0.5));
    }
    QString detail(const Latencies &last, double loginsPerSecond) const
    {
        return QStringLiteral("half within %1 ms, all within %2 ms; %3 a round; %4 logins/s beside")
            .arg(median(p50), 0, 'f', 2)
            .arg(last.percentile(1), 0, 'f', 1)
            .arg(last.count())
            .arg(loginsPerSecond, 0, 'f', 1);
    }
};

} // namespace

void measureFlood(Bench &bench)
{
    const quint16 port = bench.server.port();
    const Account person = bench.server.signUp();
    HttpLoad logins{.port = port};
    HttpLoad checks{.port = port, .pause = 10ms}, refreshes{.port = port, .pause = 20ms};
    for (int i = 0; i < 64; ++i)
        logins.clients.push_back(std::make_unique<LoginClient>(person));
    for (int i = 0; i < 8; ++i) {
        checks.clients.push_back(std::make_unique<BearerClient>("/auth/verify", person.accessToken, 204));
        refreshes.clients.push_back(std::make_unique<RefreshClient>(bench.server.signUp()));
    }
    Slowness ofChecks, ofRefreshes;
    for (int round = 0; round < rounds; ++round) {
        const std::array<HttpLoad *, 3> all{&logins, &checks, &refreshes};
        run(all, 4s);
        ofChecks.add(checks.latencies);
        ofRefreshes.add(refreshes.latencies);
    }
    bench.report.add(QStringLiteral("p99 of /auth/verify while 64 clients log in"), ofChecks.p99, Report::Want::AtMost, 25, QStringLiteral(" ms"),
                     ofChecks.detail(checks.latencies, logins.perSecond()));
    bench.report.add(QStringLiteral("p99 of refresh while 64 clients log in"), ofRefreshes.p99, Report::Want::AtMost, 100, QStringLiteral(" ms"),
                     ofRefreshes.detail(refreshes.latencies, logins.perSecond()));
}

} // namespace aegis::bench
