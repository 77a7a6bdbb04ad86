#pragma once

#include <QtCore/QString>

namespace aegis::bench {

class AegisServer;

/// Who has used how much processor time, in seconds: what a rate is made of where all share the same cores.
struct CpuShares {
    double server = 0;   ///< aegisd itself
    double database = 0; ///< its PostgreSQL, ended backends included
    double client = 0;   ///< who asks: the benchmark itself, and the programs that it has run (pgbench)

    /// What was used until now.
    static CpuShares now(const AegisServer &server);
    CpuShares operator-(const CpuShares &before) const;

    /// "aegisd 310 us, PostgreSQL 402 us, client 24 us", for one of so many requests; who used nothing is left out.
    QString ofOne(double requests) const;
};

} // namespace aegis::bench
