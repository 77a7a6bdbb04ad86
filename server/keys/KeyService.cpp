#include "server/keys/KeyService.h"

#include "server/keys/SigningKeyStore.h"

namespace aegis {

Result<KeySet> loadKeys(const Secret &jwtSecret, DatabaseSession &session, const Sealing &sealing, Instant now)
{
    if (!jwtSecret.isEmpty()) {
        TRY(SigningKey key, SigningKey::fromPrivate(SigningAlgorithm::Hs256, jwtSecret));
        return KeySet::of({std::move(key)});
    }

    const SigningKeyStore store(sealing);
    const RequestContext context = RequestContext::forSystem(now);
    TRY(const std::vector<SigningKey> keys, session.write<std::vector<SigningKey>>(context, [&](Tx &tx) -> Result<std::vector<SigningKey>> {
        CHECK(store.lock(tx));
        TRY(std::vector<SigningKey> found, store.usable(tx));
        if (found.empty()) {
            TRY(SigningKey made, SigningKey::generate(SigningAlgorithm::Es256));
            CHECK(store.add(tx, made));
            found.push_back(std::move(made));
        }
        return found;
    }));
    return KeySet::of(keys);
}

} // namespace aegis
