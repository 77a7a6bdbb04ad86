#pragma once

#include "server/db/DatabaseSession.h"

#include <functional>

namespace aegis {

/// What the housekeeping does about sessions that nobody can use any more: it ends those that have expired, with an event each,
/// and deletes those that ended long ago. In small transactions, each in the tenant whose sessions it is about: killed at any
/// moment it leaves nothing half done, and the next run goes on.
class SessionExpiry {
public:
    struct Options {
        std::chrono::seconds accessLifetime{900};       ///< of access tokens that may still be alive
        std::chrono::seconds retention{30 * 24 * 3600}; ///< how long one that has ended is kept
        int rowsATime = 1'000;
        std::function<Result<void>()> betweenSteps{}; ///< between two transactions; a problem ends it
    };

    SessionExpiry(DatabaseSession &session, Options options) : m_session(session), m_options(options) {}

    /// How many it ended.
    Result<qint64> endExpired(Instant now);
    /// How many it deleted.
    Result<qint64> removeDead(Instant now);

private:
    Result<void> goOn() const;

    DatabaseSession &m_session;
    const Options m_options;
};

} // namespace aegis
