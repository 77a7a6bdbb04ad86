#include "server/jobs/Housekeeping.h"

#include "server/auth/EmailTokenStore.h"
#include "server/auth/UnverifiedSignups.h"
#include "server/events/EventPartitionStore.h"
#include "server/idempotency/IdempotencyStore.h"
#include "server/jobs/JobLeaseStore.h"
#include "server/mfa/MfaStore.h"
#include "server/sessions/RevocationStore.h"
#include "server/sessions/SessionExpiry.h"

namespace aegis {
namespace {

constexpr int rowsATime = 5'000;

/// Removes in small transactions until fewer than a full one was left.
template <class Remove> Result<void> removeAll(DatabaseSession &session, const RequestContext &context, Remove remove)
{
    for (;;) {
        TRY(const qint64 removed, session.write<qint64>(context, [&](Tx &tx) { return remove(tx, rowsATime); }));
        if (removed < rowsATime)
            return {};
    }
}

/// Long enough for what a run has to do; a run that takes longer only loses the right to be alone.
constexpr std::chrono::minutes leaseTime(15);

Result<void> keepSessions(DatabaseSession &session, const RequestContext &context, const HouseRules &rules)
{
    static const QUuid thisProcess = makeUuid7(systemNow());
    const QUuid holder = rules.instance.isNull() ? thisProcess : rules.instance;
    TRY(const bool isOurs,
        session.write<bool>(context, [&](Tx &tx) { return JobLeaseStore::claim(tx, QLatin1String("sessions"), holder, context.now + leaseTime); }));
    if (!isOurs)
        return {};
    SessionExpiry expiry(session, {.accessLifetime = rules.accessLifetime, .retention = rules.sessionRetention});
    CHECK(expiry.endExpired(context.now));
    CHECK(expiry.removeDead(context.now));
    return {};
}

} // namespace

Result<void> keepHouse(DatabaseSession &session, Instant now, const HouseRules &rules)
{
    const RequestContext context = RequestContext::forSystem(now);
    CHECK(session.write<void>(context, EventPartitionStore::ensure));
    CHECK(removeAll(session, context, IdempotencyStore::removeExpired));
    CHECK(removeAll(session, context, RevocationStore::removeExpired));
    CHECK(removeAll(session, context, MfaStore::removeExpired));
    CHECK(removeAll(session, context, EmailTokenStore::removeExpired));
    CHECK(keepSessions(session, context, rules));
    if (rules.unverifiedRetention.count() > 0)
        CHECK(UnverifiedSignups(session, {.accessLifetime = rules.accessLifetime, .retention = rules.unverifiedRetention}).removeOverdue(now));
    return {};
}

} // namespace aegis
