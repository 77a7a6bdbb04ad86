#pragma once

#include "server/db/DatabaseSession.h"

#include <functional>

namespace aegis {

/// What the housekeeping does about signups whose owner's address was never verified (EMAIL_VERIFICATION=required): it removes them,
/// with an event each, so that nobody keeps a slug or an address that is not theirs. Each in a transaction and a tenant of its own:
/// any number of instances may do it at once, and be killed while they do.
class UnverifiedSignups {
public:
    struct Options {
        std::chrono::seconds accessLifetime{900}; ///< of access tokens that may still be alive
        std::chrono::seconds retention{};         ///< how long one is waited for
        int rowsATime = 500;
        std::function<Result<void>()> betweenSteps{}; ///< between two transactions; a problem ends it
    };

    UnverifiedSignups(DatabaseSession &session, Options options) : m_session(session), m_options(options) {}

    /// How many it removed.
    Result<qint64> removeOverdue(Instant now);

private:
    DatabaseSession &m_session;
    const Options m_options;
};

} // namespace aegis
