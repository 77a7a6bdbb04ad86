#include "server/audit/SealStore.h"

namespace aegis {
namespace {

constexpr Sql unsealedSql("select horizon, newest, sequence, xid, id, digest, occurred_at from aegis.sealable_events($1, $2, $3)");

constexpr Sql lastSql(R"(
    select sequence, era, previous, first_position, tree_size, xid_from, xid_to, root, sealed_at, key_id, signature
    from aegis.seal order by sequence desc limit 1)");
constexpr Sql bySequenceSql(R"(
    select sequence, era, previous, first_position, tree_size, xid_from, xid_to, root, sealed_at, key_id, signature
    from aegis.seal where sequence = $1)");
constexpr Sql bySizeSql(R"(
    select sequence, era, previous, first_position, tree_size, xid_from, xid_to, root, sealed_at, key_id, signature
    from aegis.seal where tree_size = $1)");
constexpr Sql coveringSql(R"(
    select sequence, era, previous, first_position, tree_size, xid_from, xid_to, root, sealed_at, key_id, signature
    from aegis.seal where tree_size > $1 order by tree_size limit 1)");
constexpr Sql pageSql(R"(
    select sequence, era, previous, first_position, tree_size, xid_from, xid_to, root, sealed_at, key_id, signature, event_ids, digests
    from aegis.seal where sequence > $1 and sequence <= $2 order by sequence limit $3)");

// In each era one seal covers a transaction.
constexpr Sql positionSql(R"(
    select s.first_position, s.event_ids
    from generate_series(1, (select coalesce(max(era), 0) from aegis.seal)) as e (era)
    cross join lateral (select first_position, event_ids from aegis.seal where era = e.era and xid_to > $1 order by xid_to limit 1) s)");

constexpr Sql sealedBeforeSql("select event_ids from aegis.seal where era < $1 and xid_to > $2 and xid_from < $3");

constexpr Sql addSql(R"(
    insert into aegis.seal (sequence, era, previous, first_position, tree_size, event_count, xid_from, xid_to, root, sealed_at, key_id,
                            signature, event_ids, digests)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    on conflict (sequence) do nothing)");

constexpr Sql addNodesSql(R"(
    insert into aegis.seal_node (level, position, hash)
    select level::smallint, position::bigint, hash from unnest($1::text[], $2::text[], $3::bytea[]) as n (level, position, hash))");

constexpr Sql keysSql(R"(
    select first_sequence, key_id, public_key, made_at, previous_key, endorsement, signature from aegis.seal_key order by first_sequence)");
constexpr Sql addKeySql(R"(
    insert into aegis.seal_key (first_sequence, key_id, public_key, made_at, previous_key, endorsement, signature)
    values ($1, $2, $3, $4, $5, $6, $7))");

// Sizes of the trees only grow, so the seals that touch the range are neighbours in that index.
constexpr Sql digestsSql(R"(
    select substr(digests, (greatest($1::bigint - first_position, 0) * 32 + 1)::int,
                  ((least($2::bigint, tree_size) - greatest($1::bigint, first_position)) * 32)::int)
    from aegis.seal
    where tree_size > $1 and first_position < $2
      and tree_size <= coalesce((select min(tree_size) from aegis.seal where tree_size >= $2), 9223372036854775807)
    order by tree_size)");
constexpr Sql nodesSql("select hash from aegis.seal_node where level = $1 and position >= $2 and position < $3 order by position");

Seal sealIn(const Row &row)
{
    return {.sequence = row.get<qint64>("sequence"),
            .era = row.get<int>("era"),
            .previous = hashOf(row.get<QByteArray>("previous")),
            .position = quint64(row.get<qint64>("first_position")),
            .size = quint64(row.get<qint64>("tree_size")),
            .xidFrom = row.get<qint64>("xid_from"),
            .xidTo = row.get<qint64>("xid_to"),
            .root = hashOf(row.get<QByteArray>("root")),
            .time = row.get<Instant>("sealed_at"),
            .keyId = row.get<QByteArray>("key_id"),
            .signature = row.get<QByteArray>("signature")};
}

std::optional<Seal> firstOf(const Rows &rows)
{
    return rows.isEmpty() ? std::nullopt : std::optional(sealIn(rows.first()));
}

std::optional<Bytes> orNull(const QByteArray &bytes)
{
    return bytes.isEmpty() ? std::nullopt : std::optional(Bytes{bytes});
}

} // namespace

Result<UnsealedEvents> SealStore::unsealed(Tx &tx, qint64 from, int limit, bool withoutHorizon)
{
    TRY(const Rows rows, tx.finalQuery(unsealedSql, from, limit, withoutHorizon));
    UnsealedEvents found;
    for (const Row row : rows) {
        found.horizon = row.get<qint64>(0);
        found.newest = row.get<qint64>(1);
        found.sequence = row.get<qint64>(2);
        if (!row.isNull(3))
            found.events.push_back(
                {.xid = row.get<qint64>(3), .id = row.get<QUuid>(4), .digest = row.get<QByteArray>(5), .occurredAt = row.get<Instant>(6)});
    }
    return found;
}

Result<std::optional<Seal>> SealStore::last(Tx &tx)
{
    TRY(const Rows rows, tx.query(lastSql));
    return firstOf(rows);
}

Result<std::optional<Seal>> SealStore::bySequence(Tx &tx, qint64 sequence)
{
    TRY(const Rows rows, tx.query(bySequenceSql, sequence));
    return firstOf(rows);
}

Result<std::optional<Seal>> SealStore::bySize(Tx &tx, quint64 size)
{
    TRY(const Rows rows, tx.query(bySizeSql, size));
    return firstOf(rows);
}

Result<std::optional<Seal>> SealStore::coveringPosition(Tx &tx, quint64 position)
{
    TRY(const Rows rows, tx.query(coveringSql, position));
    return firstOf(rows);
}

Result<std::vector<SealedEvents>> SealStore::page(Tx &tx, qint64 after, qint64 last, int limit)
{
    TRY(const Rows rows, tx.finalQuery(pageSql, after, last, limit));
    std::vector<SealedEvents> page;
    for (const Row row : rows)
        page.push_back({.seal = sealIn(row), .ids = row.get<QByteArray>("event_ids"), .digests = row.get<QByteArray>("digests")});
    return page;
}

Result<std::optional<quint64>> SealStore::positionOf(Tx &tx, qint64 xid, const QUuid &id)
{
    TRY(const Rows rows, tx.query(positionSql, xid));
    const QByteArray wanted = id.toRfc4122();
    for (const Row row : rows) {
        const QByteArray ids = row.get<QByteArray>(1);
        for (qsizetype at = ids.indexOf(wanted); at >= 0; at = ids.indexOf(wanted, at + 1)) {
            if (at % 16 == 0)
                return std::optional(quint64(row.get<qint64>(0)) + quint64(at) / 16);
        }
    }
    return std::optional<quint64>();
}

Result<QByteArrayList> SealStore::sealedBefore(Tx &tx, int era, qint64 xidFrom, qint64 xidTo)
{
    TRY(const Rows rows, tx.query(sealedBeforeSql, era, xidFrom, xidTo));
    QByteArrayList ids;
    for (const Row row : rows)
        ids.append(row.get<QByteArray>(0));
    return ids;
}

Result<bool> SealStore::add(Tx &tx, const SealedEvents &sealed)
{
    const Seal &seal = sealed.seal;
    TRY(const Rows rows,
        tx.query(addSql, seal.sequence, seal.era, Bytes{bytesOf(seal.previous)}, seal.position, seal.size, seal.count(), seal.xidFrom, seal.xidTo,
                 Bytes{bytesOf(seal.root)}, seal.time, Text{seal.keyId}, Bytes{seal.signature}, Bytes{sealed.ids}, Bytes{sealed.digests}));
    return rows.affected() == 1;
}

Result<void> SealStore::addNodes(Tx &tx, const std::vector<SealNode> &nodes)
{
    QStringList levels;
    QStringList places;
    std::vector<Bytes> hashes;
    for (const SealNode &node : nodes) {
        levels.append(QString::number(node.level));
        places.append(QString::number(node.place));
        hashes.push_back({bytesOf(node.hash)});
    }
    CHECK(tx.query(addNodesSql, levels, places, hashes));
    return {};
}

Result<std::vector<SealKey>> SealStore::keys(Tx &tx)
{
    TRY(const Rows rows, tx.query(keysSql));
    std::vector<SealKey> keys;
    for (const Row row : rows)
        keys.push_back({.firstSequence = row.get<qint64>(0),
                        .keyId = row.get<QByteArray>(1),
                        .publicKey = row.get<QByteArray>(2),
                        .madeAt = row.get<Instant>(3),
                        .previousKey = row.get<std::optional<QByteArray>>(4).value_or(QByteArray()),
                        .endorsement = row.get<std::optional<QByteArray>>(5).value_or(QByteArray()),
                        .signature = row.get<QByteArray>(6)});
    return keys;
}

Result<void> SealStore::addKey(Tx &tx, const SealKey &key)
{
    const auto previous = key.previousKey.isEmpty() ? std::nullopt : std::optional(Text{key.previousKey});
    CHECK(tx.query(addKeySql, key.firstSequence, Text{key.keyId}, Bytes{key.publicKey}, key.madeAt, previous, orNull(key.endorsement),
                   Bytes{key.signature}));
    return {};
}

Result<QByteArray> SealStore::digests(Tx &tx, quint64 position, quint64 count)
{
    TRY(const Rows rows, tx.query(digestsSql, position, position + count));
    QByteArray digests;
    for (const Row row : rows)
        digests += row.get<QByteArray>(0);
    return digests;
}

Result<std::vector<Sha256>> SealStore::nodes(Tx &tx, int level, quint64 place, quint64 count)
{
    TRY(const Rows rows, tx.query(nodesSql, level, place, place + count));
    std::vector<Sha256> hashes;
    for (const Row row : rows)
        hashes.push_back(hashOf(row.get<QByteArray>(0)));
    return hashes;
}

} // namespace aegis
