#pragma once

#include "server/context/RequestContext.h"
#include "server/crypto/Sealing.h"
#include "server/db/Tx.h"

#include <QtCore/QJsonObject>

namespace aegis {

/// The table `idempotency_key`: what was answered to a call that carried an Idempotency-Key (IETF draft
/// idempotency-key-header), sealed, for as long as the client may repeat it. Only successes are kept.
class IdempotencyStore {
public:
    IdempotencyStore(const Sealing &sealing, std::chrono::seconds lifetime) : m_sealing(sealing), m_lifetime(lifetime) {}

    /// The answer that was given under that key. Nothing: none was, or it has expired. `idempotency_key_reused`: it was
    /// given to another request.
    Result<std::optional<QByteArray>> answerTo(Tx &tx, const IdempotencyKey &key) const;

    /// The row with which the transaction that does the work claims the key (SQL function `claim_idempotency_key`).
    Result<QJsonObject> row(const IdempotencyKey &key, const Secret &answer, Instant now) const;

    static Result<void> removeExpired(Tx &tx);

private:
    const Sealing &m_sealing;
    const std::chrono::seconds m_lifetime;
};

} // namespace aegis
