#include "server/keys/KeyFeed.h"

#include "server/keys/SigningKeyStore.h"
#include "server/log/Log.h"

namespace aegis {

Result<OpenedKeys> openKeys(DatabaseSession &session, const Sealing &sealing, const std::vector<KeyTimes> &keys, Instant now,
                            std::map<QByteArray, SigningKey> &opened)
{
    TRY(OpenedKeys found, session.read<OpenedKeys>(RequestContext::forSystem(now), [&](Tx &tx) -> Result<OpenedKeys> {
        OpenedKeys all;
        const SigningKeyStore store(sealing);
        for (const KeyTimes &times : keys) {
            if (times.verifiesUntil && *times.verifiesUntil <= now)
                continue;
            if (const auto known = opened.find(times.kid); known != opened.end()) {
                all.keys.push_back({known->second, times});
                continue;
            }
            TRY(const std::optional<SealedKey> sealed, SigningKeyStore::sealed(tx, times.kid));
            if (!sealed) // deleted since
                continue;
            if (auto key = store.open(*sealed))
                all.keys.push_back({*std::move(key), times});
            else if (!all.failure)
                all.failure = std::move(key).problem();
        }
        return all;
    }));
    if (found.keys.empty() && !found.failure)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("there is no signing key"));
    opened.clear();
    for (const TimedKey &key : found.keys)
        opened.emplace(key.times.kid, key.key);
    return found;
}

Result<void> KeyFeed::poll(Instant now)
{
    using Keys = std::vector<KeyTimes>;
    auto kept = KeyRotation(m_session, m_sealing, m_rules).keepUp(now);
    // What others have done counts, also while this server may do nothing itself.
    TRY(const Keys keys, kept ? std::move(kept) : m_session.read<Keys>(RequestContext::forSystem(now), SigningKeyStore::times));
    CHECK(take(keys, now));
    return kept ? Result<void>() : std::move(kept).problem();
}

Result<void> KeyFeed::take(const std::vector<KeyTimes> &keys, Instant now)
{
    if (keys == m_known)
        return {};
    TRY(OpenedKeys opened, openKeys(m_session, m_sealing, keys, now, m_opened));
    m_ring.setComplete(!opened.failure);
    std::vector<KeyTimes> held;
    for (const TimedKey &key : opened.keys)
        held.push_back(key.times);
    if (!held.empty() && held != m_held)
        hold(KeySet::of(opened.keys, now));
    m_held = std::move(held);
    m_known = opened.failure ? std::vector<KeyTimes>() : keys; // what failed is tried again
    return opened.failure ? Result<void>(*std::move(opened.failure)) : Result<void>();
}

void KeyFeed::hold(KeySet set)
{
    const QByteArray kid = set.times().front().kid;
    const bool isOther = kid != m_ring.current()->times().front().kid;
    m_ring.replace(std::move(set));
    if (isOther)
        log::info("signing_key_rotated", {{"kid", QString::fromLatin1(kid)}});
}

} // namespace aegis
