#include "server/keys/SigningKeyStore.h"

#include "server/events/EventStore.h"

namespace aegis {
namespace {

constexpr Sql lockSql("select pg_advisory_xact_lock(hashtext('aegis.signing_key'))");

constexpr Sql hasAnySql("select exists (select from aegis.signing_key)");

constexpr Sql usableSql(R"(
    select kid, algorithm, private_sealed from aegis.signing_key
    where verifies_until is null or verifies_until > $1
    order by (signs_from <= $1 and (signs_until is null or signs_until > $1)) desc, signs_from desc)");

constexpr Sql sealedOtherwiseSql(R"(
    select kid from aegis.signing_key where substring(private_sealed from 1 for length($1::bytea)) <> $1 order by kid limit $2)");
constexpr Sql sealedSql("select private_sealed from aegis.signing_key where kid = $1");
constexpr Sql resealSql("update aegis.signing_key set private_sealed = $3 where kid = $1 and private_sealed = $2");

constexpr Sql addSql(R"(
    insert into aegis.signing_key (kid, algorithm, private_sealed, public_jwk, created_at, signs_from)
    values ($1, $2, $3, $4, $5, $5))");

} // namespace

Result<bool> SigningKeyStore::hasAny(Tx &tx)
{
    TRY(const Rows rows, tx.query(hasAnySql));
    return rows.first().get<bool>(0);
}

Result<void> SigningKeyStore::lock(Tx &tx) const
{
    CHECK(tx.query(lockSql));
    return {};
}

Result<std::vector<SigningKey>> SigningKeyStore::usable(Tx &tx) const
{
    TRY(const Rows rows, tx.query(usableSql, tx.context().now));
    std::vector<SigningKey> keys;
    for (const Row row : rows) {
        const auto algorithm = algorithmFromName(row.get<QByteArray>(1));
        if (!algorithm)
            return Problem(ProblemCode::Internal)
                .withInternal(QStringLiteral("a stored signing key has an algorithm that this program does not know"));
        const auto bytes = m_sealing.open(row.get<QByteArray>(2), row.get<QByteArray>(0));
        if (!bytes) {
            return Problem(
                       ProblemCode::Internal,
                       QStringLiteral(
                           "the signing key %1 in the database cannot be opened: it was sealed with another ENCRYPTION_KEY. Give that one, "
                           "or put secrets/encryption-key back into the data directory. When it is lost for good: `The encryption key is lost` in "
                           "docs/operations.md")
                           .arg(QString::fromLatin1(row.get<QByteArray>(0))))
                .withInternal(bytes.problem().internal);
        }
        TRY(SigningKey key, SigningKey::fromPrivate(*algorithm, *bytes));
        keys.push_back(std::move(key));
    }
    return keys;
}

Result<QByteArrayList> SigningKeyStore::sealedOtherwise(Tx &tx, int most) const
{
    TRY(const Rows rows, tx.finalQuery(sealedOtherwiseSql, Bytes{m_sealing.mark()}, most));
    QByteArrayList kids;
    for (const Row row : rows)
        kids.append(row.get<QByteArray>(0));
    return kids;
}

Result<bool> SigningKeyStore::reseal(Tx &tx, const QByteArray &kid) const
{
    TRY(const Row row, tx.queryOne(ProblemCode::Internal, sealedSql, Text{kid}));
    const QByteArray old = row.get<QByteArray>(0);
    TRY(const Secret plain, m_sealing.open(old, kid));
    if (!m_sealing.isOutdated(old)) // opening it has brought a newer key along
        return false;
    TRY(const QByteArray sealed, m_sealing.seal(plain, kid));
    TRY(const Rows rows, tx.finalQuery(resealSql, Text{kid}, Bytes{old}, Bytes{sealed}));
    return rows.affected() == 1;
}

Result<void> SigningKeyStore::add(Tx &tx, const SigningKey &key) const
{
    TRY(const Secret bytes, key.exportPrivate());
    TRY(const QByteArray sealed, m_sealing.seal(bytes, key.kid()));
    const QByteArrayView algorithm = algorithmName(key.algorithm());
    EventBatch events(tx.context());
    events.add({.type = EventType::SigningKeyRotated,
                .subject = {},
                .payload = {{QStringLiteral("kid"), QString::fromLatin1(key.kid())},
                            {QStringLiteral("algorithm"), QString::fromLatin1(algorithm)},
                            {QStringLiteral("signsFrom"), QString::fromLatin1(toRfc3339(tx.context().now))}}});
    CHECK(tx.query(addSql, Text{key.kid()}, Text{algorithm.toByteArray()}, Bytes{sealed}, Json(key.publicJwk().value_or(QJsonObject())),
                   tx.context().now));
    return EventStore::append(tx, events);
}

} // namespace aegis
