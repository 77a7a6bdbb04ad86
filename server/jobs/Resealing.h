#pragma once

#include "server/crypto/Sealing.h"
#include "server/db/DatabaseSession.h"

#include <functional>

namespace aegis {

/// Seals anew, under the present encryption key, what an older one has sealed: signing keys, and the secrets of second factors. One
/// row a transaction, and only while the row is what was read: it may be ended at any moment and begun again, and any number may
/// run at once, beside servers that serve. Answers to repeated calls (Idempotency-Key) expire before they would be worth it.
class Resealing {
public:
    struct Counts {
        qint64 done = 0;
        qint64 unusable = 0; ///< no key opens them: they stay what they are
    };
    /// Told of each hundred.
    using Progress = std::function<void(const Counts &)>;
    /// Called after each row; a problem ends it.
    using BetweenSteps = std::function<Result<void>()>;

    Resealing(DatabaseSession &session, const Sealing &sealing, Progress progress = {}, BetweenSteps betweenSteps = {}) :
        m_session(session), m_sealing(sealing), m_progress(std::move(progress)), m_betweenSteps(std::move(betweenSteps))
    {
    }

    /// Whether there is anything to be done.
    Result<bool> isNeeded(Instant now);
    Result<Counts> run(Instant now);

private:
    Result<void> resealKeys(const RequestContext &context);
    Result<void> resealFactors(const RequestContext &context);
    Result<bool> resealFactor(const RequestContext &context, const UserId &user);
    Result<void> count(const Result<bool> &outcome);

    DatabaseSession &m_session;
    const Sealing &m_sealing;
    const Progress m_progress;
    const BetweenSteps m_betweenSteps;
    Counts m_counts;
};

} // namespace aegis
