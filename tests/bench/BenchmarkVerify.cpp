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
    const NginxServer quietNginx(bench.directory + QStringLiteral("/nginx"), NginxServer::AccessLog::Off);
    const NginxServer loggingNginx(bench.directory + QStringLiteral("/nginx-logging"), NginxServer::AccessLog::On);
    AegisServer quietServer(bench.program, bench.directory + QStringLiteral("/quiet"), {{QStringLiteral("LOG_ACCESS"), QStringLiteral("off")}});
    const QByteArray token = bench.server.signUp().accessToken;
    Subject theirsQuiet(quietNginx.port(), quietNginx.id(), token, 200);
    Subject theirsLogging(loggingNginx.port(), loggingNginx.id(), token, 200);
    Subject oursQuiet(quietServer.port(), quietServer.id(), quietServer.signUp().accessToken, 204);
    Subject oursLogging(bench.server.port(), bench.server.id(), token, 204);

    std::vector<double> quiet, logging, unlike;
    for (int round = 0; round < rounds; ++round) {
        const double bare = theirsQuiet.measure();
        const double silent = oursQuiet.measure();
        const double logged = oursLogging.measure();
        quiet.push_back(silent / bare);
        logging.push_back(logged / theirsLogging.measure());
        unlike.push_back(logged / bare);
    }
    const auto row = [&](const char *what, const std::vector<double> &ratios, const Subject &ours, const Subject &theirs) {
        bench.report.add(
            QStringLiteral("/auth/verify, CPU against nginx: %1").arg(QLatin1String(what)), ratios, Report::Want::AtMost, 2.5, {},
            QStringLiteral("%1 of %2 us a request").arg(median(ours.microseconds), 0, 'f', 1).arg(median(theirs.microseconds), 0, 'f', 1));
    };
    row("both without access log", quiet, oursQuiet, theirsQuiet);
    row("both with access log (the default of both)", logging, oursLogging, theirsLogging);
    row("ours with access log, nginx without", unlike, oursLogging, theirsQuiet);
}

} // namespace aegis::bench
