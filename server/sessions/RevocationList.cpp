#include "server/sessions/RevocationList.h"

#include <mutex>

namespace aegis {
namespace {

std::int64_t millisecondsOf(RevocationList::Clock::time_point moment)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count();
}

} // namespace

void RevocationList::revoke(const Revocation &revocation)
{
    learn(revocation);
    if (m_tell)
        m_tell();
}

bool RevocationList::learn(const Revocation &revocation)
{
    const bool isOne = revocation.kind == RevocationKind::Session || revocation.kind == RevocationKind::Token;
    const std::unique_lock lock(m_mutex);
    Entry &entry = (isOne ? m_byId : m_byOwner)[revocation.subject];
    const bool isNews = revocation.notBefore > entry.notBefore || revocation.expiresAt > entry.expiresAt;
    entry.notBefore = std::max(entry.notBefore, revocation.notBefore);
    entry.expiresAt = std::max(entry.expiresAt, revocation.expiresAt);
    return isNews;
}

bool RevocationList::isRevoked(const AccessGrant &grant) const
{
    const std::shared_lock lock(m_mutex);
    if (m_byId.contains(grant.session.uuid()) || m_byId.contains(grant.token.uuid()))
        return true;
    if (m_byOwner.isEmpty())
        return false;
    const Instant openedAt = uuid7Time(grant.session.uuid()).value_or(Instant());
    for (const QUuid &owner : {grant.user.uuid(), grant.organization.uuid()}) {
        const auto found = m_byOwner.constFind(owner);
        if (found != m_byOwner.constEnd() && openedAt < found->notBefore)
            return true;
    }
    return false;
}

void RevocationList::forgetExpired(Instant now)
{
    const auto hasExpired = [now](const auto &entry) { return entry.value().expiresAt <= now; };
    const std::unique_lock lock(m_mutex);
    m_byId.removeIf(hasExpired);
    m_byOwner.removeIf(hasExpired);
}

qsizetype RevocationList::size() const
{
    const std::shared_lock lock(m_mutex);
    return m_byId.size() + m_byOwner.size();
}

void RevocationList::markFresh(Clock::time_point asOf)
{
    m_freshAt.store(millisecondsOf(asOf));
}

std::chrono::milliseconds RevocationList::age() const
{
    const std::int64_t freshAt = m_freshAt.load();
    return freshAt == 0 ? std::chrono::hours(24) : std::chrono::milliseconds(millisecondsOf(Clock::now()) - freshAt);
}

} // namespace aegis
