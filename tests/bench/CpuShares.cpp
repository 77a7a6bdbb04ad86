#include "tests/bench/CpuShares.h"

#include "tests/bench/AegisServer.h"

#include <QtCore/QStringList>

#include <sys/resource.h>

namespace aegis::bench {
namespace {

double secondsOf(const rusage &usage)
{
    const auto seconds = [](const timeval &time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double ownSeconds(int who)
{
    rusage usage{};
    ::getrusage(who, &usage);
    return secondsOf(usage);
}

} // namespace

CpuShares CpuShares::now(const AegisServer &server)
{
    return {.server = cpuSeconds(server.id()),
            .database = familyCpuSeconds(server.databaseId()),
            .client = ownSeconds(RUSAGE_SELF) + ownSeconds(RUSAGE_CHILDREN)};
}

CpuShares CpuShares::operator-(const CpuShares &before) const
{
    return {.server = server - before.server, .database = database - before.database, .client = client - before.client};
}

QString CpuShares::ofOne(double requests) const
{
    QStringList shares;
    const auto share = [&](const char *who, double seconds) {
        const int microseconds = qRound(seconds * 1e6 / requests);
        if (microseconds > 0)
            shares.append(QStringLiteral("%1 %2 us").arg(QLatin1String(who)).arg(microseconds));
    };
    share("aegisd", server);
    share("PostgreSQL", database);
    share("client", client);
    return shares.join(QStringLiteral(", "));
}

} // namespace aegis::bench
