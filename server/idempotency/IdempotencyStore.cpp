#include "server/idempotency/IdempotencyStore.h"

#include "server/crypto/ConstantTime.h"

namespace aegis {
namespace {

constexpr Sql answerSql("select fingerprint, response from aegis.idempotency_key where operation = $1 and key_hash = $2 and expires_at > $3");
constexpr Sql removeExpiredSql("delete from aegis.idempotency_key where expires_at <= $1");

/// Binds a sealed answer to its key, so that it cannot be moved to another row.
QByteArray sealedFor(const IdempotencyKey &key)
{
    return "idempotency:" + key.operation + ':' + key.keyHash;
}

QString bytea(const QByteArray &bytes)
{
    return QStringLiteral("\\x") + QString::fromLatin1(bytes.toHex());
}

} // namespace

Result<std::optional<QByteArray>> IdempotencyStore::answerTo(Tx &tx, const IdempotencyKey &key) const
{
    TRY(const Rows rows, tx.query(answerSql, Text{key.operation}, Bytes{key.keyHash}, tx.context().now));
    if (rows.isEmpty())
        return std::optional<QByteArray>();
    if (!constantTimeEquals(rows.first().get<QByteArray>(0), key.fingerprint))
        return Problem(ProblemCode::IdempotencyKeyReused);
    TRY(const Secret answer, m_sealing.open(rows.first().get<QByteArray>(1), sealedFor(key)));
    return std::optional(answer.reveal().toByteArray());
}

Result<QJsonObject> IdempotencyStore::row(const IdempotencyKey &key, const Secret &answer, Instant now) const
{
    TRY(const QByteArray sealed, m_sealing.seal(answer, sealedFor(key)));
    return QJsonObject{
        {QStringLiteral("operation"), QString::fromLatin1(key.operation)},
        {QStringLiteral("key_hash"), bytea(key.keyHash)},
        {QStringLiteral("fingerprint"), bytea(key.fingerprint)},
        {QStringLiteral("response"), bytea(sealed)},
        {QStringLiteral("created_at"), QString::fromLatin1(toRfc3339(now))},
        {QStringLiteral("expires_at"), QString::fromLatin1(toRfc3339(now + m_lifetime))},
    };
}

Result<void> IdempotencyStore::removeExpired(Tx &tx)
{
    CHECK(tx.query(removeExpiredSql, tx.context().now));
    return {};
}

} // namespace aegis
