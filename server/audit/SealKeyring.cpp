#include "server/audit/SealKeyring.h"

#include "server/audit/DamagedTrail.h"
#include "server/log/Log.h"

#include <algorithm>

namespace aegis {

Result<void> SealKeyring::check(const std::vector<SealKey> &known, const std::optional<Seal> &last) const
{
    const auto ours = std::find_if(known.begin(), known.end(), [this](const SealKey &key) { return key.keyId == current().kid(); });
    if (ours != known.end() && ours + 1 != known.end())
        return damagedTrail(QStringLiteral("the key of this server has been replaced by another one, which it does not have"));
    const bool isFollowing = known.empty() || ours != known.end() || m_keys.lost == known.back().keyId
        || std::any_of(m_keys.older.begin(), m_keys.older.end(), [&](const SigningKey &key) { return key.kid() == known.back().keyId; });
    if (!isFollowing)
        return damagedTrail(QStringLiteral("the key %1 signs it, which this server does not have: give all servers on the database the same "
                                           "AUDIT_SIGNING_KEY, or when it is lost for good its id as AUDIT_SIGNING_KEY_LOST")
                                .arg(QString::fromLatin1(known.back().keyId)));
    if (!last)
        return {};
    std::vector<SigningKey> all = m_keys.older;
    all.push_back(current());
    for (const SigningKey &key : all) {
        if (key.kid() == last->keyId && !key.verify(last->statement(), last->signature))
            return damagedTrail(QStringLiteral("its newest seal was not signed with the key that it names"));
    }
    return {};
}

Result<std::optional<SealKey>> SealKeyring::introduction(const std::vector<SealKey> &known, qint64 sequence, Instant now) const
{
    if (!known.empty() && known.back().keyId == current().kid())
        return std::optional<SealKey>();
    SealKey key{.firstSequence = sequence,
                .keyId = current().kid(),
                .publicKey = publicBytes(current()),
                .madeAt = now,
                .previousKey = {},
                .endorsement = {},
                .signature = {}};
    if (!known.empty()) {
        key.previousKey = known.back().keyId;
        const auto previous = std::find_if(m_keys.older.begin(), m_keys.older.end(),
                                           [&](const SigningKey &older) { return older.kid() == key.previousKey; });
        if (previous != m_keys.older.end()) {
            TRY(key.endorsement, previous->sign(key.statement()));
        } else {
            log::warning("audit_key_lost",
                         {{"message",
                           "the key that signed the audit trail is not here to say that another one takes its place, so a verification "
                           "cannot tell this change from a forgery: see `The audit key is lost` in docs/audit.md"},
                          {"previous", QString::fromLatin1(key.previousKey)}});
        }
    }
    TRY(key.signature, current().sign(key.statement()));
    return std::optional(std::move(key));
}

} // namespace aegis
