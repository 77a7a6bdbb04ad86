#pragma once

#include "shared/result/Problem.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <chrono>

struct pg_result;

namespace aegis {

/// Why the server refused a statement (Appendix A of PostgreSQL's manual). It holds no value of a parameter.
struct SqlError {
    QByteArray state;      ///< five characters, e.g. `23505`; empty when the connection was lost
    QByteArray constraint; ///< name of the violated constraint or unique index, if any
    QByteArray table;      ///< that the error is about, if any
    QString internal;      ///< for the log
    int position = 0;      ///< character in the statement, from 1; 0 when unknown

    /// Reads the fields of a result with an error.
    static SqlError from(const pg_result *result);

    bool isOf(const char *classOrState) const { return state.startsWith(classOrState); }
    /// Another try of the whole transaction may succeed (serialization failure, deadlock).
    bool isTransient() const { return state == "40001" || state == "40P01"; }
    /// The statements that this connection has prepared are no longer good: a new connection helps.
    bool isStalePlan() const { return state == "26000" || state == "0A000"; }
    /// A row for which there is no partition, or the wrong one: PostgreSQL calls it a check violation, but one without a
    /// constraint (errtable() alone, in execPartition.c and execMain.c), and housekeeping is late, not the client wrong.
    bool isPartitionMissing() const { return state == "23514" && constraint.isEmpty() && !table.isEmpty(); }
    /// The database's disk is full (53100) or fails (58030): no repeat helps before somebody has done something.
    bool isDiskTrouble() const { return state == "53100" || state == "58030"; }
    /// The server ends the connection, before it did what it was asked.
    bool isShutdown() const { return state == "57P01" || state == "57P02" || state == "57P03"; }
};

/// When a client may try again after the disk was in trouble.
constexpr std::chrono::seconds diskRetry{30};

/// What the client is told: by the constraint's name for a unique violation, else by the state; `internal` for a missing partition.
Problem problemFor(const SqlError &error);

} // namespace aegis
