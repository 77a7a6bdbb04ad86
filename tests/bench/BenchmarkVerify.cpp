#include "tests/bench/BearerClient.h"
#include "tests/bench/Benchmarks.h"
#include "tests/bench/HttpLoad.h"
#include "tests/bench/NginxServer.h"

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

constexpr int connections = 16;
constexpr int rounds = 5;

/// One of the servers that are compared, under the same load.
struct Subject {
    Subject(quint16 port, qint64 itsProcess, const QByteArray &token, int status) : load{.port = port}, process(itsProcess)
    {
        for (int i = 0; i < connections; ++i)
            load.clients.push_back(std::make_unique<BearerClient>("/auth/verify", token, status));
    }

    /// Microseconds of processor time for one request.
    double measure()
    {
        const double before = cpuSeconds(process);
        run(load, 1500ms);
        microseconds.push_back((cpuSeconds(process) - before) * 1e6 / static_cast<double>(load.latencies.count()));
        return microseconds.back();
    }

    HttpLoad load;
    qint64 process;
    std::vector<double> microseconds;
};

} // namespace

void measureVerify(Bench &bench)
{
    const NginxServer nginxServer(bench.directory + QStringLiteral("/nginx"));
    AegisServer silentServer(bench.program, bench.directory + QStringLiteral("/silent"), {{QStringLiteral("LOG_ACCESS"), QStringLiteral("off")}});
    const QByteArray token = bench.server.signUp().accessToken;
    Subject nginx(nginxServer.port(), nginxServer.id(), token, 200);
    Subject logging(bench.server.port(), bench.server.id(), token, 204);
    Subject silent(silentServer.port(), silentServer.id(), silentServer.signUp().accessToken, 204);

    std::vector<double> loggingRatios, silentRatios;
    for (int round = 0; round < rounds; ++round) {
        const double theirs = nginx.measure();
        loggingRatios.push_back(logging.measure() / theirs);
        silentRatios.push_back(silent.measure() / theirs);
    }
    const auto detail = [&](const Subject &subject) {
        return QStringLiteral("%1 of %2 us a request").arg(median(subject.microseconds), 0, 'f', 1).arg(median(nginx.microseconds), 0, 'f', 1);
    };
    bench.report.add(QStringLiteral("/auth/verify without access log, CPU against nginx"), silentRatios, Report::Want::AtMost, 2.5, {},
                     detail(silent));
    bench.report.add(QStringLiteral("/auth/verify with access log (default), CPU against nginx without"), loggingRatios, Report::Want::AtMost, 2.5,
                     {}, detail(logging));
}

} // namespace aegis::bench
