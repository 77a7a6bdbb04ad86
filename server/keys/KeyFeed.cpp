#include "server/keys/KeyFeed.h"

#include "server/keys/SigningKeyStore.h"
#include "server/log/Log.h"

namespace aegis {

Result<KeySet> openKeys(DatabaseSession &session, const Sealing &sealing, const std::vector<KeyTimes> &keys, Instant now,
                        std::map<QByteArray, SigningKey> &opened)
{
    using Timed = std::vector<TimedKey>;
    TRY(const Timed timed, session.read<Timed>(RequestContext::forSystem(now), [&](Tx &tx) -> Result<Timed> {
        Timed all;
        const SigningKeyStore store(sealing);
        for (const KeyTimes &times : keys) {
            if (times.verifiesUntil && *times.verifiesUntil <= now)
                continue;
            if (const auto known = opened.find(times.kid); known != opened.end()) {
                all.push_back({known->second, times});
                continue;
            }
            TRY(SigningKey key, store.open(tx, times.kid));
            all.push_back({std::move(key), times});
        }
        return all;
    }));
    if (timed.empty())
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("there is no signing key"));
    opened.clear();
    for (const TimedKey &key : timed)
        opened.emplace(key.times.kid, key.key);
    return KeySet::of(timed, now);
}

Result<void> KeyFeed::poll(Instant now)
{
    TRY(std::vector<KeyTimes> keys, KeyRotation(m_session, m_sealing, m_rules).keepUp(now));
    if (keys == m_known)
        return {};
    TRY(KeySet set, openKeys(m_session, m_sealing, keys, now, m_opened));
    const QByteArray kid = set.times().front().kid;
    const bool isOther = kid != m_ring.current()->times().front().kid;
    m_ring.replace(std::move(set));
    m_known = std::move(keys);
    if (isOther)
        log::info("signing_key_rotated", {{"kid", QString::fromLatin1(kid)}});
    return {};
}

} // namespace aegis
