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

    /// The answer that was given under the key of the transaction's request, which must have one. Nothing: none was, or it
    /// has expired. `idempotency_key_reused`: it was given to another request. The last statement of its transaction.
    Result<std::optional<QByteArray>> answer(Tx &tx) const;

    /// The row with which the transaction that does the work claims the key (SQL function `claim_idempotency_key`). The key
    /// belongs to the tenant that the request came with.
    Result<QJsonObject> row(const RequestContext &context, const Secret &answer) const;

    /// Keeps the answer under the key of `context`, whose transaction may be another tenant's: it is `context`'s from then on, so this is the
    /// last thing that it does. `idempotency_in_progress`: somebody else was first, and the transaction must end without an effect.
    Result<void> claim(Tx &tx, const RequestContext &context, const Secret &answer) const;

    /// Removes some that have expired, as far as the transaction's tenant sees them; tells how many.
    static Result<qint64> removeExpired(Tx &tx, int most);

private:
    const Sealing &m_sealing;
    const std::chrono::seconds m_lifetime;
};

} // namespace aegis
