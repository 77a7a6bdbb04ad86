#include "server/sessions/RevocationFeed.h"

#include "server/sessions/RevocationStore.h"

namespace aegis {

Result<void> RevocationFeed::poll(Instant now)
{
    const auto asked = RevocationList::Clock::now(); // what commits while we ask may be missing from the answer
    const RequestContext context = RequestContext::forSystem(now);
    TRY(const RevocationStore::Batch batch,
        m_session.read<RevocationStore::Batch>(context, [this](Tx &tx) { return RevocationStore::since(tx, m_horizon); }));
    const Instant known = now + std::chrono::duration_cast<std::chrono::microseconds>(RevocationList::Clock::now() - asked);
    for (const Revocation &revocation : batch.revocations) {
        if (m_list.learn(revocation) && !m_isFirst) // what was there before this instance tells nothing
            m_delays.observe(known - revocation.notBefore);
    }
    m_isFirst = false;
    m_horizon = batch.horizon;
    m_list.markFresh(asked);
    if (now >= m_forgetAt) {
        m_list.forgetExpired(now);
        m_forgetAt = now + std::chrono::minutes(1);
    }
    return {};
}

} // namespace aegis
