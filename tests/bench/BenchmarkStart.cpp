#include "tests/bench/Benchmarks.h"

#include <thread>

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 5;

} // namespace

void measureStart(const QString &program, const QString &dataDirectory, Report &report)
{
    std::vector<double> times, memory;
    for (int round = 0; round < rounds; ++round) {
        const AegisServer server(program, dataDirectory);
        times.push_back(server.startTime().count());
        std::this_thread::sleep_for(500ms); // whatever it still has to do
        memory.push_back(residentMib(server.id()));
    }
    report.add(QStringLiteral("ready on an existing data directory"), times, Report::Want::AtMost, 500, QStringLiteral(" ms"),
               QStringLiteral("from the start of the process to the first 200 of /health/ready"));
    report.add(QStringLiteral("idle resident memory"), memory, Report::Want::AtMost, 64, QStringLiteral(" MiB"),
               QStringLiteral("aegisd alone, without its PostgreSQL"));
}

} // namespace aegis::bench
