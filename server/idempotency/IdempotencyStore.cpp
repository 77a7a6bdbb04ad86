#include "server/idempotency/IdempotencyStore.h"

#include "server/crypto/ConstantTime.h"
#include "server/db/RowJson.h"

namespace aegis {
namespace {

constexpr Sql answerSql(
    "select fingerprint, response from aegis.idempotency_key where tenant_id = $1 and operation = $2 and key_hash = $3 and expires_at > $4");
constexpr Sql becomeSql("select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)");
constexpr Sql claimSql("select aegis.claim_idempotency_key($1)");
constexpr Sql removeExpiredSql(R"(
    delete from aegis.idempotency_key where (tenant_id, operation, key_hash) in (
        select tenant_id, operation, key_hash from aegis.idempotency_key where expires_at <= $1 limit $2))");

/// Binds a sealed answer to its key, so that it cannot be moved to another row.
QByteArray sealedFor(const RequestContext &context)
{
    const IdempotencyKey &key = *context.idempotency;
    return "idempotency:" + context.tenant.owner().text() + ':' + key.operation + ':' + key.keyHash;
}

} // namespace

Result<std::optional<QByteArray>> IdempotencyStore::answer(Tx &tx) const
{
    const RequestContext &context = tx.context();
    const IdempotencyKey &key = *context.idempotency;
    TRY(const Rows rows, tx.finalQuery(answerSql, context.tenant.owner(), Text{key.operation}, Bytes{key.keyHash}, context.now));
    if (rows.isEmpty())
        return std::optional<QByteArray>();
    if (!constantTimeEquals(rows.first().get<QByteArray>(0), key.fingerprint))
        return Problem(ProblemCode::IdempotencyKeyReused);
    TRY(const Secret answer, m_sealing.open(rows.first().get<QByteArray>(1), sealedFor(context)));
    return std::optional(answer.reveal().toByteArray());
}

Result<QJsonObject> IdempotencyStore::row(const RequestContext &context, const Secret &answer) const
{
    const IdempotencyKey &key = *context.idempotency;
    TRY(const QByteArray sealed, m_sealing.seal(answer, sealedFor(context)));
    return QJsonObject{
        {QStringLiteral("tenant_id"), rowjson::tenant(context.tenant.owner())},
        {QStringLiteral("operation"), QString::fromLatin1(key.operation)},
        {QStringLiteral("key_hash"), rowjson::bytes(key.keyHash)},
        {QStringLiteral("fingerprint"), rowjson::bytes(key.fingerprint)},
        {QStringLiteral("response"), rowjson::bytes(sealed)},
        {QStringLiteral("created_at"), rowjson::time(context.now)},
        {QStringLiteral("expires_at"), rowjson::time(context.now + m_lifetime)},
    };
}

Result<void> IdempotencyStore::claim(Tx &tx, const RequestContext &context, const Secret &answer) const
{
    const Tenant &tenant = context.tenant;
    const auto text = [](const auto &id) { return Text{id.isNil() ? QByteArray("") : id.text()}; };
    TRY(const QJsonObject key, row(context, answer));
    CHECK(tx.query(becomeSql, text(tenant.organization), text(tenant.user)));
    TRY(const Row claimed, tx.queryOne(ProblemCode::Internal, claimSql, Json(key)));
    return claimed.get<bool>(0) ? Result<void>() : Result<void>(Problem(ProblemCode::IdempotencyInProgress).withRetryAfter(std::chrono::seconds(1)));
}

Result<qint64> IdempotencyStore::removeExpired(Tx &tx, int most)
{
    TRY(const Rows rows, tx.finalQuery(removeExpiredSql, tx.context().now, most));
    return rows.affected();
}

} // namespace aegis
