#include "server/db/SqlState.h"

#include <libpq-fe.h>

#include <array>

namespace aegis {
namespace {

using enum ProblemCode;

struct ConstraintRow {
    const char *constraint;
    ProblemCode code;
};

/// What a client is told when a unique index stands in its way; any other gives `conflict`. The names are those of the
/// migrations.
constexpr std::array constraints{
    ConstraintRow{"user_email_key", EmailTaken},
    ConstraintRow{"organization_slug_key", SlugTaken},
    ConstraintRow{"idempotency_key_pkey", IdempotencyInProgress},
};

struct StateRow {
    const char *prefix; ///< a class or a whole state; the first that fits decides
    ProblemCode code;
};

constexpr std::array states{
    StateRow{"22", ValidationFailed},       // data exception: out of range, not well-formed, NUL
    StateRow{"23514", ValidationFailed},    // check violation
    StateRow{"23502", Internal},            // not null violation
    StateRow{"23", Conflict},               // foreign key, exclusion
    StateRow{"40", Overloaded},             // serialization failure, deadlock: tried often enough
    StateRow{"57014", Overloaded},          // statement_timeout
    StateRow{"55P03", Overloaded},          // lock_timeout
    StateRow{"53100", DatabaseUnavailable}, // disk full
    StateRow{"53", Overloaded},             // too many connections, out of memory
    StateRow{"25006", DatabaseUnavailable}, // a write on a server that has become a standby
    StateRow{"57", DatabaseUnavailable},    // shutdown, starting up
    StateRow{"08", DatabaseUnavailable},    // connection exception
    StateRow{"58", DatabaseUnavailable},    // the server's disk or system
    StateRow{"", Internal},                 // 42501 (row-level security), syntax, ...: a bug of ours
};

QByteArray field(const pg_result *result, int code)
{
    return QByteArray(PQresultErrorField(result, code));
}

} // namespace

SqlError SqlError::from(const pg_result *result)
{
    SqlError error;
    error.state = field(result, PG_DIAG_SQLSTATE);
    error.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
    error.table = field(result, PG_DIAG_TABLE_NAME);
    error.position = field(result, PG_DIAG_STATEMENT_POSITION).toInt();
    // The message of a data exception repeats the value, and the detail of a violation does; neither is taken.
    const QByteArray message = error.isOf("22") ? "data exception in " + field(result, PG_DIAG_SOURCE_FUNCTION)
                                                : field(result, PG_DIAG_MESSAGE_PRIMARY);
    error.internal = QStringLiteral("SQLSTATE %1: %2").arg(QString::fromLatin1(error.state), QString::fromUtf8(message));
    return error;
}

Problem problemFor(const SqlError &error)
{
    ProblemCode code = Internal;
    if (error.state == "23505") {
        code = Conflict;
        for (const ConstraintRow &row : constraints) {
            if (error.constraint == row.constraint)
                code = row.code;
        }
    } else if (error.state.isEmpty()) {
        code = DatabaseUnavailable;
    } else if (!error.isPartitionMissing()) {
        for (const StateRow &row : states) {
            if (error.isOf(row.prefix)) {
                code = row.code;
                break;
            }
        }
    }
    Problem problem(code);
    if (problem.status() == 503)
        problem.retryAfter = error.isDiskTrouble() ? diskRetry : std::chrono::seconds(1);
    return std::move(problem).withInternal(error.internal);
}

} // namespace aegis
