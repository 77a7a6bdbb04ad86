#include "server/jobs/Resealing.h"

#include "server/keys/SigningKeyStore.h"
#include "server/mfa/MfaStore.h"
#include "server/mfa/SecondFactor.h"

namespace aegis {
namespace {

constexpr int rowsATime = 500;

/// The database cannot be asked: no reason to go on. What cannot be opened is counted.
bool isOfTheDatabase(const Problem &problem)
{
    return problem.code != ProblemCode::Internal;
}

} // namespace

Result<bool> Resealing::isNeeded(Instant now)
{
    const RequestContext context = RequestContext::forSystem(now);
    const SigningKeyStore keys(m_sealing);
    TRY(const QByteArrayList kids, m_session.read<QByteArrayList>(context, [&](Tx &tx) { return keys.sealedOtherwise(tx, 1); }));
    TRY(const auto users,
        m_session.read<std::vector<UserId>>(context, [&](Tx &tx) { return MfaStore::sealedOtherwise(tx, m_sealing.mark(), UserId(), 1); }));
    return !kids.isEmpty() || !users.empty();
}

Result<Resealing::Counts> Resealing::run(Instant now)
{
    m_counts = {};
    const RequestContext context = RequestContext::forSystem(now);
    CHECK(resealKeys(context));
    CHECK(resealFactors(context));
    return m_counts;
}

Result<void> Resealing::resealKeys(const RequestContext &context)
{
    const SigningKeyStore keys(m_sealing);
    TRY(const QByteArrayList kids, m_session.read<QByteArrayList>(context, [&](Tx &tx) { return keys.sealedOtherwise(tx, rowsATime); }));
    for (const QByteArray &kid : kids) {
        const auto outcome = m_session.write<bool>(context, [&](Tx &tx) { return keys.reseal(tx, kid); });
        if (!outcome && isOfTheDatabase(outcome.problem()))
            return outcome.problem();
        CHECK(count(outcome));
    }
    return {};
}

Result<void> Resealing::resealFactors(const RequestContext &context)
{
    using Users = std::vector<UserId>;
    UserId after;
    for (;;) {
        TRY(const Users users,
            m_session.read<Users>(context, [&](Tx &tx) { return MfaStore::sealedOtherwise(tx, m_sealing.mark(), after, rowsATime); }));
        if (users.empty())
            return {};
        for (const UserId &user : users) {
            const auto outcome = resealFactor(context, user);
            if (!outcome && isOfTheDatabase(outcome.problem()))
                return outcome.problem();
            CHECK(count(outcome));
        }
        after = users.back();
    }
}

Result<bool> Resealing::resealFactor(const RequestContext &context, const UserId &user)
{
    return m_session.write<bool>(context.withTenant({.organization = {}, .user = user}), [&](Tx &tx) -> Result<bool> {
        TRY(const QByteArray old, MfaStore::sealedSecret(tx, user));
        if (old.isEmpty())
            return false;
        TRY(const Secret plain, m_sealing.open(old, SecondFactor::sealedFor(user)));
        if (!m_sealing.isOutdated(old)) // opening it has brought a newer key along
            return false;
        TRY(const QByteArray sealed, m_sealing.seal(plain, SecondFactor::sealedFor(user)));
        return MfaStore::replaceSealed(tx, user, old, sealed);
    });
}

Result<void> Resealing::count(const Result<bool> &outcome)
{
    if (!outcome)
        ++m_counts.unusable;
    else if (*outcome)
        ++m_counts.done;
    if (m_progress && (m_counts.done + m_counts.unusable) % 100 == 0)
        m_progress(m_counts);
    return m_betweenSteps ? m_betweenSteps() : Result<void>();
}

} // namespace aegis
