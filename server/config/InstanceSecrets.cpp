#include "server/config/InstanceSecrets.h"

#include "server/config/EncryptionKeys.h"

#include <array>

namespace aegis {
namespace {

constexpr qsizetype keyBytes = 32;

struct Kept {
    Secret Settings::*set;
    Secret InstanceSecrets::*loaded;
    const char *file;
    const char *setting;
    const char *loss; ///< what it means when it is made anew
};

constexpr std::array<Kept, 4> allKept{{
    {&Settings::encryptionKey, &InstanceSecrets::encryptionKey, "encryption-key", "ENCRYPTION_KEY", "what the old one has encrypted cannot be read"},
    {&Settings::jwtRefreshSecret, &InstanceSecrets::jwtRefreshSecret, "jwt-refresh-secret", "JWT_REFRESH_SECRET",
     "everybody has to log in again when their access token ends"},
    {&Settings::fingerprintKey, &InstanceSecrets::fingerprintKey, "fingerprint-key", "FINGERPRINT_KEY",
     "requests that are repeated with the Idempotency-Key of an earlier one are refused, and programs (aegisd clients) need new credentials"},
    {&Settings::emailFingerprintKey, &InstanceSecrets::emailFingerprintKey, "email-fingerprint-key", "EMAIL_FINGERPRINT_KEY",
     "failed logins of before are not recognized as those of the same address"},
}};

} // namespace

Result<InstanceSecrets> InstanceSecrets::load(const Settings &settings, bool hasSealed)
{
    const SecretStore store(settings.dataDir);
    // After a rotation the first file may be gone: the newest one counts.
    const QString encryptionFile = EncryptionKeys::newestName(store);
    const auto fileOf = [&](const Kept &kept) { return &kept == &allKept.front() ? encryptionFile : QString(QLatin1String(kept.file)); };
    bool isKnownPlace = hasSealed;
    for (const Kept &kept : allKept)
        isKnownPlace = isKnownPlace || store.has(fileOf(kept));
    if (const Kept &key = allKept.front(); hasSealed && settings.encryptionKey.isEmpty() && !store.has(fileOf(key))) {
        return Problem(ProblemCode::Internal,
                       QStringLiteral("the encryption key is lost: the database holds signing keys that it has sealed, but ENCRYPTION_KEY is not "
                                      "set and %1 is not there. Put that file back from a backup, or set ENCRYPTION_KEY to what the other "
                                      "servers on this database have; nothing was changed. When it is lost for good: `The encryption key is lost` in "
                                      "docs/operations.md")
                           .arg(store.pathOf(fileOf(key))));
    }

    InstanceSecrets secrets;
    for (const Kept &kept : allKept) {
        if (!(settings.*kept.set).isEmpty()) {
            secrets.*kept.loaded = settings.*kept.set;
            continue;
        }
        const QString name = fileOf(kept);
        const bool isMade = !store.has(name);
        TRY(secrets.*kept.loaded, store.readOrMake(name, keyBytes));
        if (!isMade)
            continue;
        secrets.made.append(name);
        if (isKnownPlace) {
            secrets.warnings.append(
                QStringLiteral("%1 was not there, and %2 is not set: a new one was made, so %3. Put the old one back from a backup if there is one.")
                    .arg(store.pathOf(name), QLatin1String(kept.setting), QLatin1String(kept.loss)));
        }
    }
    return secrets;
}

Result<InstanceSecrets> InstanceSecrets::present(const Settings &settings)
{
    const SecretStore store(settings.dataDir);
    for (const Kept &kept : allKept) {
        const QString file = &kept == &allKept.front() ? EncryptionKeys::newestName(store) : QString(QLatin1String(kept.file));
        if ((settings.*kept.set).isEmpty() && !store.has(file))
            return Problem(ProblemCode::Internal,
                           QStringLiteral("%1 is not set, and %2 is not there: give this command the settings of the servers, or start one first")
                               .arg(QLatin1String(kept.setting), store.pathOf(file)));
    }
    return load(settings, true);
}

} // namespace aegis
