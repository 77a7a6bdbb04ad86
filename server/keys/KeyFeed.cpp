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
            if (auto key = store.open(*sealed)) {
                all.keys.push_back({*std::move(key), times});
            } else if (!all.failure) { // they come in the order of their turns
                all.failure = std::move(key).problem();
                all.missingFrom = times.signsFrom;
            }
        }
        return all;
    }));
    if (found.keys.empty() && !found.failure)
        found.failure = Problem(ProblemCode::Internal, QStringLiteral("there is no signing key"));
    opened.clear();
    for (const TimedKey &key : found.keys)
        opened.emplace(key.times.kid, key.key);
    return found;
}

Result<void> KeyFeed::poll(Instant now)
{
    using Keys = std::vector<KeyTimes>;
    std::optional<Keys> keys;
    std::optional<Problem> refusal;
    if (!m_lacksOne) { // or what it made, when all were gone, the others might lack
        auto kept = KeyRotation(m_session, m_sealing, m_rules).keepUp(now, !m_hasKeptUp);
        if (kept) {
            m_hasKeptUp = true;
            keys = *std::move(kept);
        } else {
            refusal = std::move(kept).problem();
        }
    }
    if (!keys) { // what others have done counts, also while this server may do nothing itself
        TRY(keys, m_session.read<Keys>(RequestContext::forSystem(now), SigningKeyStore::times));
    }
    auto taken = take(*keys, now);
    if (!refusal)
        return taken;
    if (taken)
        return *std::move(refusal);
    return Problem(ProblemCode::Internal, QStringLiteral("%1; %2").arg(refusal->detail, taken.problem().detail))
        .withInternal(taken.problem().internal);
}

Result<void> KeyFeed::take(const std::vector<KeyTimes> &keys, Instant now)
{
    const auto isOver = [now](const KeyTimes &key) { return key.verifiesUntil && *key.verifiesUntil <= now; };
    // A key whose time is over goes, also when nobody can delete it.
    const bool holdsOld = m_held && std::any_of(m_held->begin(), m_held->end(), isOver);
    if (keys == m_known && !keys.empty() && !holdsOld)
        return {};
    TRY(OpenedKeys opened, openKeys(m_session, m_sealing, keys, now, m_opened));
    m_ring.setComplete(!opened.failure || opened.missingFrom > now + m_rules.publishedAhead);
    std::vector<KeyTimes> held;
    for (const TimedKey &key : opened.keys)
        held.push_back(key.times);
    if (held != m_held)
        hold(KeySet::of(opened.keys, now));
    m_held = std::move(held);
    m_known = opened.failure ? std::vector<KeyTimes>() : keys; // what failed is tried again
    m_lacksOne = opened.missingFrom != Instant();
    return opened.failure ? Result<void>(*std::move(opened.failure)) : Result<void>();
}

void KeyFeed::hold(KeySet set)
{
    const auto first = [](const KeySet &keys) { return keys.times().empty() ? QByteArray() : keys.times().front().kid; };
    const QByteArray kid = first(set);
    const bool isOther = kid != first(*m_ring.current());
    m_ring.replace(std::move(set));
    if (isOther)
        log::info("signing_key_rotated", {{"kid", QString::fromLatin1(kid)}});
}

} // namespace aegis
