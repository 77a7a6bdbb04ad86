#pragma once

#include "tests/bench/AegisServer.h"
#include "tests/bench/Report.h"

namespace aegis::bench {

/// What the benchmarks work with.
struct Bench {
    QString program;   ///< of aegisd
    QString directory; ///< of this run
    AegisServer &server;
    Report &report;
};

/// Login and signup against the bare computation of their hashes.
void measureHashing(Bench &bench);
/// Refresh and `GET /auth/me` against pgbench with the same SQL.
void measureDatabase(Bench &bench);
/// The processor time of `GET /auth/verify` against that of nginx's `return 200`.
void measureVerify(Bench &bench);
/// How long token checks and refreshes take while 64 clients log in without pause.
void measureFlood(Bench &bench);
/// What 4,000 idle connections do to a request.
void measureIdle(Bench &bench);
/// What it costs a refresh that limits are counted in Redis, for all instances.
void measureRedis(Bench &bench);
/// How many events a second are made into state again.
void measureReplay(Bench &bench);
/// What the counters and the list of revocations cost a request, in memory: no server takes part.
void measureLimits(Report &report);
/// How soon a server on an existing data directory is ready, and its memory when it has nothing to do.
void measureStart(const QString &program, const QString &dataDirectory, Report &report);

} // namespace aegis::bench
