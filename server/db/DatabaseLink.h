#pragma once

#include "server/db/Connection.h"
#include "shared/time/Instant.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace aegis {

/// What the connections to one database count together. Any thread may read.
struct DatabaseCounters {
    std::atomic<quint64> roundTrips{0};   ///< times that a thread waited for the server's answer
    std::atomic<quint64> connects{0};     ///< connections opened
    std::atomic<quint64> transactions{0}; ///< begun, without repeats
    std::atomic<quint64> repeats{0};      ///< transactions run again
    std::atomic<quint64> diskFailures{0}; ///< transactions that met a full or broken disk
};

/// What all connections to one database share: counters, and since when it cannot be reached. Any thread.
struct DatabaseLink {
    explicit DatabaseLink(std::chrono::milliseconds wait) : patience(wait) {}

    /// Opens a connection; while the database cannot be reached it tries again, for as long as is left of the patience, which all
    /// share. When that is used up, one at a time tries now and then, so that the others are refused at once: a connection to a
    /// host that does not answer takes seconds to fail. `database_unavailable`. It blocks; any thread.
    Result<std::unique_ptr<Connection>> open(const ConnectionString &target, const DatabaseSessionSettings &settings);

    /// A transaction met a full or broken disk.
    void noteDiskFailure(const Problem &problem, Instant now);

    const std::chrono::milliseconds patience;
    DatabaseCounters counters;
    std::atomic<qint64> unreachableSince{0}; ///< of the steady clock, in ms; 0: it is reachable
    std::atomic<qint64> nextProbe{0};        ///< before that no session tries a database that has been away for long
    std::atomic<qint64> diskFailedAt{0};     ///< when its disk was last full or broken, by the contexts' time in us; 0: it has been well since
    std::atomic<qint64> nextDiskReport{0};   ///< of the steady clock, in ms
    std::function<void(const QString &)> onDiskFailure; ///< told what PostgreSQL said, once a minute at most; any thread

private:
    bool mayTry();
};

} // namespace aegis
