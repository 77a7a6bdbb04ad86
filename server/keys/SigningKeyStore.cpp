#include "server/keys/SigningKeyStore.h"

namespace aegis {
namespace {

constexpr Sql lockSql("select pg_advisory_xact_lock(hashtext('aegis.signing_key'))");

constexpr Sql clockSql("select clock_timestamp()");

constexpr Sql hasAnySql("select exists (select from aegis.signing_key)");

constexpr Sql timesSql(R"(
    select kid, algorithm, created_at, signs_from, signs_until, verifies_until from aegis.signing_key order by signs_from, created_at, kid)");

constexpr Sql sealedSql("select algorithm, private_sealed from aegis.signing_key where kid = $1");

constexpr Sql sealedOtherwiseSql(R"(
    select kid from aegis.signing_key where substring(private_sealed from 1 for length($1::bytea)) <> $1 order by kid limit $2)");
constexpr Sql resealSql("update aegis.signing_key set private_sealed = $3 where kid = $1 and private_sealed = $2");

constexpr Sql addSql(R"(
    insert into aegis.signing_key (kid, algorithm, private_sealed, public_jwk, created_at, signs_from)
    values ($1, $2, $3, $4, $5, $6))");

constexpr Sql advanceSql("update aegis.signing_key set signs_from = $2 where kid = $1");

constexpr Sql retireSql("update aegis.signing_key set signs_until = $2, verifies_until = $3 where kid = any ($1)");

constexpr Sql removeSql("delete from aegis.signing_key where kid = any ($1)");

Result<SigningAlgorithm> algorithmIn(const QByteArray &name)
{
    const auto algorithm = algorithmFromName(name);
    if (!algorithm)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a stored signing key has an algorithm that this program does not know"));
    return *algorithm;
}

QStringList texts(const std::vector<QByteArray> &kids)
{
    QStringList list;
    for (const QByteArray &kid : kids)
        list.append(QString::fromLatin1(kid));
    return list;
}

} // namespace

Result<bool> SigningKeyStore::hasAny(Tx &tx)
{
    TRY(const Rows rows, tx.query(hasAnySql));
    return rows.first().get<bool>(0);
}

Result<void> SigningKeyStore::lock(Tx &tx)
{
    CHECK(tx.query(lockSql));
    return {};
}

Result<Instant> SigningKeyStore::clock(Tx &tx)
{
    TRY(const Rows rows, tx.query(clockSql));
    return rows.first().get<Instant>(0);
}

Result<std::vector<KeyTimes>> SigningKeyStore::times(Tx &tx)
{
    TRY(const Rows rows, tx.query(timesSql));
    std::vector<KeyTimes> keys;
    for (const Row row : rows) {
        TRY(const SigningAlgorithm algorithm, algorithmIn(row.get<QByteArray>(1)));
        keys.push_back({.kid = row.get<QByteArray>(0),
                        .algorithm = algorithm,
                        .createdAt = row.get<Instant>(2),
                        .signsFrom = row.get<Instant>(3),
                        .signsUntil = row.get<std::optional<Instant>>(4),
                        .verifiesUntil = row.get<std::optional<Instant>>(5)});
    }
    return keys;
}

Result<std::optional<SealedKey>> SigningKeyStore::sealed(Tx &tx, const QByteArray &kid)
{
    using Found = std::optional<SealedKey>;
    TRY(const Rows rows, tx.query(sealedSql, Text{kid}));
    if (rows.isEmpty())
        return Found();
    TRY(const SigningAlgorithm algorithm, algorithmIn(rows.first().get<QByteArray>(0)));
    return Found({.kid = kid, .algorithm = algorithm, .privatePart = rows.first().get<QByteArray>(1)});
}

Result<SigningKey> SigningKeyStore::open(const SealedKey &key) const
{
    const auto bytes = m_sealing.open(key.privatePart, key.kid);
    if (!bytes) {
        return Problem(
                   ProblemCode::Internal,
                   QStringLiteral("the signing key %1 in the database cannot be opened: it was sealed with another ENCRYPTION_KEY. Give that one, "
                                  "or put secrets/encryption-key back into the data directory. When it is lost for good: `The encryption key is "
                                  "lost` in docs/operations.md")
                       .arg(QString::fromLatin1(key.kid)))
            .withInternal(bytes.problem().internal);
    }
    return SigningKey::fromPrivate(key.algorithm, *bytes);
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
    TRY(const std::optional<SealedKey> found, sealed(tx, kid));
    if (!found) // its time was over meanwhile
        return false;
    const QByteArray &old = found->privatePart;
    TRY(const Secret plain, m_sealing.open(old, kid));
    if (!m_sealing.isOutdated(old)) // opening it has brought a newer key along
        return false;
    TRY(const QByteArray anew, m_sealing.seal(plain, kid));
    TRY(const Rows rows, tx.finalQuery(resealSql, Text{kid}, Bytes{old}, Bytes{anew}));
    return rows.affected() == 1;
}

Result<void> SigningKeyStore::add(Tx &tx, const SigningKey &key, Instant signsFrom) const
{
    TRY(const Secret bytes, key.exportPrivate());
    TRY(const QByteArray sealed, m_sealing.seal(bytes, key.kid()));
    CHECK(tx.query(addSql, Text{key.kid()}, Text{algorithmName(key.algorithm()).toByteArray()}, Bytes{sealed},
                   Json(key.publicJwk().value_or(QJsonObject())), tx.context().now, signsFrom));
    return {};
}

Result<void> SigningKeyStore::advance(Tx &tx, const QByteArray &kid, Instant signsFrom)
{
    CHECK(tx.query(advanceSql, Text{kid}, signsFrom));
    return {};
}

Result<void> SigningKeyStore::retire(Tx &tx, const std::vector<QByteArray> &kids, Instant verifiesUntil)
{
    CHECK(tx.query(retireSql, texts(kids), tx.context().now, verifiesUntil));
    return {};
}

Result<void> SigningKeyStore::remove(Tx &tx, const std::vector<QByteArray> &kids)
{
    CHECK(tx.query(removeSql, texts(kids)));
    return {};
}

} // namespace aegis
