#include "server/jobs/HouseJobs.h"

#include "server/auth/AccountLockService.h"
#include "server/auth/EmailTokenStore.h"
#include "server/auth/UnverifiedSignups.h"
#include "server/events/EventPartitionStore.h"
#include "server/idempotency/IdempotencyStore.h"
#include "server/jobs/JobStore.h"
#include "server/mail/MailOutboxStore.h"
#include "server/mfa/MfaStore.h"
#include "server/sessions/RevocationStore.h"
#include "server/sessions/SessionExpiry.h"

namespace aegis {
namespace {

constexpr int rowsATime = 1'000;

constexpr QLatin1String operator""_l(const char *text, std::size_t size)
{
    return QLatin1String(text, static_cast<qsizetype>(size));
}

/// Removes in small transactions until fewer than a full one was left.
template <class Remove> Result<void> removeAll(const JobContext &context, JobCounts &counts, const char *what, Remove remove)
{
    const RequestContext system = RequestContext::forSystem(context.now);
    counts.note(what, counts.json().value(QLatin1String(what)).toInteger());
    for (;;) {
        TRY(const qint64 removed, context.session.write<qint64>(system, [&](Tx &tx) { return remove(tx, rowsATime); }));
        counts.add(what, removed);
        if (removed < rowsATime)
            return {};
        CHECK(context.goOn());
    }
}

Result<JobCounts> makePartitions(const JobContext &context)
{
    CHECK(context.session.write<void>(RequestContext::forSystem(context.now), EventPartitionStore::ensure));
    return JobCounts();
}

template <class Remove> std::function<Result<JobCounts>(const JobContext &)> removing(const char *what, Remove remove)
{
    return [what, remove](const JobContext &context) -> Result<JobCounts> {
        JobCounts counts;
        CHECK(removeAll(context, counts, what, remove));
        return counts;
    };
}

Result<JobCounts> clearMail(const JobContext &context)
{
    JobCounts counts;
    CHECK(removeAll(context, counts, "tokens", EmailTokenStore::removeExpired));
    CHECK(removeAll(context, counts, "mails", MailOutboxStore::removeExpired));
    return counts;
}

Result<JobCounts> keepSessions(const JobContext &context, const HouseRules &rules)
{
    SessionExpiry expiry(context.session,
                         {.accessLifetime = rules.accessLifetime, .retention = rules.sessionRetention, .betweenSteps = context.goOn});
    JobCounts counts;
    TRY(const qint64 ended, expiry.endExpired(context.now));
    counts.add("ended", ended);
    TRY(const qint64 removed, expiry.removeDead(context.now));
    counts.add("removed", removed);
    return counts;
}

Result<JobCounts> removeUnverified(const JobContext &context, const HouseRules &rules)
{
    JobCounts counts;
    if (rules.unverifiedRetention.count() == 0)
        return counts;
    UnverifiedSignups signups(context.session,
                              {.accessLifetime = rules.accessLifetime, .retention = rules.unverifiedRetention, .betweenSteps = context.goOn});
    TRY(const qint64 removed, signups.removeOverdue(context.now));
    counts.add("removed", removed);
    return counts;
}

Result<JobCounts> unlockAccounts(const JobContext &context)
{
    JobCounts counts;
    TRY(const qint64 unlocked, AccountLockService::unlockExpired(context.session, context.now, context.goOn));
    counts.add("unlocked", unlocked);
    return counts;
}

} // namespace

// The minutes differ, so that a small machine does one thing after the other. All of it may be late by hours but the partitions, which are
// made a week ahead, and account-unlock: a login looks at a lock's end itself, so that only lists show a lock for too long.
std::vector<Job> houseJobs(const HouseRules &rules)
{
    const std::chrono::seconds history = rules.jobHistoryRetention;
    return {
        {"event-partitions"_l, "0 * * * *"_l, "Makes the partitions of events from yesterday until a week ahead that are missing."_l, makePartitions},
        {"idempotency-cleanup"_l, "7 * * * *"_l, "Removes the answers kept for repeated calls (Idempotency-Key) that have expired."_l,
         removing("answers", IdempotencyStore::removeExpired)},
        {"revocation-cleanup"_l, "12 * * * *"_l, "Removes revocations whose last access token has expired."_l,
         removing("revocations", RevocationStore::removeExpired)},
        {"mfa-cleanup"_l, "17 * * * *"_l, "Removes first halves of logins that waited too long for the second one."_l,
         removing("challenges", MfaStore::removeExpired)},
        {"mail-cleanup"_l, "22 * * * *"_l,
         "Removes tokens from mails that ended more than an hour ago, and mails that nobody has sent or given up a day after their end."_l,
         clearMail},
        {"session-cleanup"_l, "27 * * * *"_l,
         "Ends sessions that have expired, each with its event, and deletes those that ended before SESSION_RETENTION."_l,
         [rules](const JobContext &context) { return keepSessions(context, rules); }},
        {"unverified-signups"_l, "37 * * * *"_l,
         "Removes signups whose owner's address was not verified within UNVERIFIED_RETENTION (EMAIL_VERIFICATION=required)."_l,
         [rules](const JobContext &context) { return removeUnverified(context, rules); }},
        {"account-unlock"_l, "*/15 * * * *"_l, "Ends locks of accounts whose time is over (LOCKOUT=strict)."_l, unlockAccounts},
        {"job-history"_l, "52 3 * * *"_l, "Removes runs of jobs that began before JOB_HISTORY_RETENTION."_l,
         removing("runs", [history](Tx &tx, int most) { return JobStore::removeOld(tx, tx.context().now - history, most); })},
    };
}

} // namespace aegis
