// aegis_bench PATH-OF-AEGISD [--check] [part...]: measures the server and prints ratios; with --check a miss is exit code 1.
#include "tests/bench/BenchmarkFailed.h"
#include "tests/bench/Benchmarks.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QTemporaryDir>

#include <cstdio>

namespace {

using namespace aegis::bench;

void measure(const QString &program, const QString &directory, const QStringList &parts, Report &report)
{
    const auto wanted = [&](const char *part) { return parts.isEmpty() || parts.contains(QLatin1String(part)); };
    if (wanted("limits"))
        measureLimits(report);
    if (parts == QStringList{QStringLiteral("limits")})
        return; // needs no server
    const QString data = directory + QStringLiteral("/data");
    {
        AegisServer server(program, data);
        Bench bench{.program = program, .directory = directory, .server = server, .report = report};
        if (wanted("hashing"))
            measureHashing(bench);
        if (wanted("database"))
            measureDatabase(bench);
        if (wanted("verify"))
            measureVerify(bench);
        if (wanted("flood"))
            measureFlood(bench);
        if (wanted("idle"))
            measureIdle(bench);
        if (wanted("redis"))
            measureRedis(bench);
        if (wanted("replay"))
            measureReplay(bench); // the last one: it fills the table of events
    }
    if (wanted("start"))
        measureStart(program, data, report);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QStringList arguments = QCoreApplication::arguments().mid(1);
    const bool check = arguments.removeAll(QStringLiteral("--check")) > 0;
    if (arguments.isEmpty()) {
        std::fprintf(stderr, "aegis_bench PATH-OF-AEGISD [--check] [hashing|database|verify|flood|idle|redis|replay|limits|start]...\n");
        return 2;
    }
    const QString program = arguments.takeFirst();
    // Not in memory (/tmp may be): the database waits for a disk. PostgreSQL's own account must be able to enter.
    QTemporaryDir directory(qEnvironmentVariable("TMPDIR", QStringLiteral("/var/tmp")) + QStringLiteral("/aegis-bench-XXXXXX"));
    QFile::setPermissions(directory.path(), QFile::permissions(directory.path()) | QFile::ExeGroup | QFile::ExeOther);
    try {
        Report report;
        measure(program, directory.path(), arguments, report);
        return check && !report.allPassed() ? 1 : 0;
    } catch (const BenchmarkFailed &failure) {
        std::fprintf(stderr, "The benchmark ended: %s\n", failure.what());
        directory.setAutoRemove(false); // its logs tell more
        return 2;
    }
}
