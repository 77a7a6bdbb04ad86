#include "server/audit/AuditKeys.h"

#include "server/config/SecretStore.h"

namespace aegis {
namespace {

constexpr qsizetype seedBytes = 32;
constexpr int mostFiles = 250;

QString nameOf(int number)
{
    const QString first = QStringLiteral("audit-signing-key");
    return number == 1 ? first : QStringLiteral("%1-%2").arg(first).arg(number);
}

int newestNumber(const SecretStore &store)
{
    for (int number = mostFiles; number > 0; --number) {
        if (store.has(nameOf(number)))
            return number;
    }
    return 0;
}

Result<AuditKeys> fromSettings(const Settings &settings)
{
    TRY(SigningKey current, AuditKeys::fromSeed(settings.auditSigningKey));
    AuditKeys keys{.current = std::move(current), .older = {}};
    if (!settings.auditSigningKeyPrevious.isEmpty()) {
        TRY(SigningKey previous, AuditKeys::fromSeed(settings.auditSigningKeyPrevious));
        keys.older.push_back(std::move(previous));
    }
    return keys;
}

Result<AuditKeys> fromFiles(const SecretStore &store, int newest)
{
    const bool isMade = !store.has(nameOf(newest));
    TRY(const Secret seed, store.readOrMake(nameOf(newest), seedBytes));
    TRY(SigningKey current, AuditKeys::fromSeed(seed));
    AuditKeys keys{.current = std::move(current), .older = {}, .lost = {}, .isMade = isMade};
    for (int number = newest - 1; number > 0; --number) {
        if (!store.has(nameOf(number)))
            continue;
        TRY(const Secret older, store.readOrMake(nameOf(number), seedBytes));
        TRY(SigningKey key, AuditKeys::fromSeed(older));
        keys.older.push_back(std::move(key));
    }
    return keys;
}

} // namespace

Result<SigningKey> AuditKeys::fromSeed(const Secret &seed)
{
    // RFC 8410, section 7: PKCS#8 of a private key is these bytes and the key.
    QByteArray der = QByteArray::fromHex("302e020100300506032b657004220420");
    der.append(seed.reveal());
    const Secret pkcs8(der);
    explicit_bzero(der.data(), static_cast<std::size_t>(der.size()));
    return SigningKey::fromPrivate(SigningAlgorithm::EdDsa, pkcs8);
}

Result<AuditKeys> AuditKeys::load(const Settings &settings)
{
    const SecretStore store(settings.dataDir);
    TRY(AuditKeys keys, settings.auditSigningKey.isEmpty() ? fromFiles(store, std::max(1, newestNumber(store))) : fromSettings(settings));
    keys.lost = settings.auditSigningKeyLost.toLatin1();
    return keys;
}

Result<std::optional<AuditKeys>> AuditKeys::present(const Settings &settings)
{
    const SecretStore store(settings.dataDir);
    const int newest = newestNumber(store);
    if (settings.auditSigningKey.isEmpty() && newest == 0)
        return std::optional<AuditKeys>();
    TRY(AuditKeys keys, settings.auditSigningKey.isEmpty() ? fromFiles(store, newest) : fromSettings(settings));
    return std::optional(std::move(keys));
}

Result<AuditKeys> AuditKeys::makeNext(const Settings &settings)
{
    if (!settings.auditSigningKey.isEmpty())
        return Problem(
            ProblemCode::Internal,
            QStringLiteral("AUDIT_SIGNING_KEY is set: put it into AUDIT_SIGNING_KEY_PREVIOUS, and another one in its place, on all servers"));
    const SecretStore store(settings.dataDir);
    const int newest = newestNumber(store);
    if (newest == mostFiles)
        return Problem(ProblemCode::Internal, QStringLiteral("there are too many audit keys in the data directory: remove the oldest ones"));
    return fromFiles(store, newest + 1);
}

} // namespace aegis
