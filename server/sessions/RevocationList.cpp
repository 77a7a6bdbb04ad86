#include "server/sessions/RevocationList.h"

#include <mutex>

namespace aegis {
namespace {

std::int64_t steadyMilliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

void RevocationList::revoke(const QUuid &id, Instant expiresAt)
{
    const std::unique_lock lock(m_mutex);
    Instant &until = m_revoked[id];
    until = std::max(until, expiresAt);
}

bool RevocationList::isRevoked(const SessionId &session, const TokenId &token) const
{
    const std::shared_lock lock(m_mutex);
    return m_revoked.contains(session.uuid()) || m_revoked.contains(token.uuid());
}

void RevocationList::forgetExpired(Instant now)
{
    const std::unique_lock lock(m_mutex);
    m_revoked.removeIf([now](const auto &entry) { return entry.value() <= now; });
}

qsizetype RevocationList::size() const
{
    const std::shared_lock lock(m_mutex);
    return m_revoked.size();
}

void RevocationList::markFresh()
{
    m_freshAt.store(steadyMilliseconds());
}

std::chrono::milliseconds RevocationList::age() const
{
    const std::int64_t freshAt = m_freshAt.load();
    return freshAt == 0 ? std::chrono::hours(24) : std::chrono::milliseconds(steadyMilliseconds() - freshAt);
}

} // namespace aegis
