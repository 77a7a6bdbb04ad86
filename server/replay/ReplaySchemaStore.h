#pragma once

#include "server/db/Tx.h"

namespace aegis {

/// A schema of its own with the state as of a moment, made from the events alone.
class ReplaySchemaStore {
public:
    /// How many rows each of its tables got.
    struct Replayed {
        qint64 events = 0; ///< from until then, of all types
        qint64 organizations = 0;
        qint64 users = 0;
        qint64 roles = 0;
        qint64 memberships = 0;
        qint64 platformRoles = 0;
        qint64 sessions = 0;
    };

    /// What is wrong with the name, as a sentence that begins after it; empty: nothing.
    static QString faultIn(const QString &schema);

    /// Makes the schema, in the place of one that a replay has made before. Another one of that name stays, and is a `conflict`, as is one of
    /// a replay that something else leans on. In a transaction of the role that migrates, as which it must be one: what it sees is one
    /// moment only where the connection's transactions are `repeatable read`.
    static Result<Replayed> rebuild(Tx &tx, Instant until, const QString &schema);
};

} // namespace aegis
