#include "server/keys/KeyService.h"

#include "server/keys/KeyFeed.h"
#include "server/keys/SigningKeyStore.h"
#include "server/log/Log.h"

namespace aegis {

Result<KeySet> loadKeys(const KeyOptions &options, DatabaseSession &session, const Sealing &sealing, Instant now)
{
    if (!options.sharedSecret.isEmpty()) {
        std::vector<SigningKey> secrets;
        for (const Secret *secret : {&options.sharedSecret, &options.previousSecret}) {
            if (secret->isEmpty())
                continue;
            TRY(SigningKey key, SigningKey::fromPrivate(SigningAlgorithm::Hs256, *secret));
            secrets.push_back(std::move(key));
        }
        return KeySet::of(secrets);
    }
    using Keys = std::vector<KeyTimes>;
    auto kept = KeyRotation(session, sealing, options.rules).keepUp(now, true);
    if (!kept) { // with the keys that there are this server can serve, although it may not change them
        auto present = session.read<Keys>(RequestContext::forSystem(now), SigningKeyStore::times);
        if (!present || present->empty())
            return std::move(kept).problem();
        log::warning("signing_keys_left", {{"reason", QStringList{kept.problem().detail, kept.problem().internal}.join(u' ').trimmed()}});
        kept = std::move(present);
    }
    const Keys &keys = *kept;
    std::map<QByteArray, SigningKey> opened;
    TRY(OpenedKeys found, openKeys(session, sealing, keys, now, opened));
    if (found.failure && (found.keys.empty() || found.missingFrom <= now + options.rules.publishedAhead))
        return *std::move(found.failure); // the feed tells of one whose turn is far off
    return KeySet::of(found.keys, now);
}

} // namespace aegis
