#include "server/keys/KeyService.h"

#include "server/keys/KeyFeed.h"

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
    TRY(const std::vector<KeyTimes> keys, KeyRotation(session, sealing, options.rules).keepUp(now, true));
    std::map<QByteArray, SigningKey> opened;
    TRY(OpenedKeys found, openKeys(session, sealing, keys, now, opened));
    if (found.failure)
        return *std::move(found.failure);
    return KeySet::of(found.keys, now);
}

} // namespace aegis
