#include "server/config/InstanceSecrets.h"

namespace aegis {
namespace {

constexpr qsizetype keyBytes = 32;

Result<Secret> given(const Secret &set, const SecretStore &store, const char *name)
{
    if (!set.isEmpty())
        return set;
    return store.readOrMake(QLatin1String(name), keyBytes);
}

} // namespace

Result<InstanceSecrets> InstanceSecrets::load(const Settings &settings)
{
    const SecretStore store(settings.dataDir);
    InstanceSecrets secrets;
    TRY(secrets.jwtRefreshSecret, given(settings.jwtRefreshSecret, store, "jwt-refresh-secret"));
    TRY(secrets.encryptionKey, given(settings.encryptionKey, store, "encryption-key"));
    TRY(secrets.fingerprintKey, given(settings.fingerprintKey, store, "fingerprint-key"));
    TRY(secrets.emailFingerprintKey, given(settings.emailFingerprintKey, store, "email-fingerprint-key"));
    return secrets;
}

} // namespace aegis
