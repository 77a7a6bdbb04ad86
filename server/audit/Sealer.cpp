#include "server/audit/Sealer.h"

#include "server/audit/DamagedTrail.h"
#include "server/audit/SealTreeStore.h"
#include "server/events/EventStore.h"
#include "server/jobs/JobLeaseStore.h"
#include "server/log/Log.h"

#include <QtCore/QSet>

#include <algorithm>

namespace aegis {
namespace {

QString text(const QByteArray &latin1)
{
    return QString::fromLatin1(latin1);
}

qint64 dayOf(Instant instant)
{
    return std::chrono::floor<std::chrono::hours>(instant.time_since_epoch()).count() / 24;
}

EventDraft sealedEvent(const Seal &seal, const char *reason)
{
    return {.type = EventType::AuditSealed,
            .subject = {},
            .payload = {{QStringLiteral("reason"), QLatin1String(reason)},
                        {QStringLiteral("sequence"), seal.sequence},
                        {QStringLiteral("treeSize"), qint64(seal.size)},
                        {QStringLiteral("root"), text(hexOf(seal.root))},
                        {QStringLiteral("keyId"), text(seal.keyId)},
                        {QStringLiteral("signature"), text(seal.signature.toHex())}}};
}

} // namespace

Sealer::Sealer(DatabaseSession session, AuditKeys keys, Metrics &metrics, Options options) :
    m_session(std::move(session)), m_keys(std::move(keys)), m_options(std::move(options)), m_lag(m_options.lagWarning),
    m_sealedEvents(metrics.counter("aegis_audit_sealed_events_total", "Events that this instance has sealed.")),
    m_seals(metrics.counter("aegis_audit_seals_total", "Heads of the audit trail that this instance has signed.")),
    m_lagGauge(metrics.gauge("aegis_audit_seal_lag_seconds", "How long the oldest event that waits for its seal has waited.",
                             [this] { return std::chrono::duration<double>(lag()).count(); }))
{
}

Result<void> Sealer::step()
{
    if (std::chrono::steady_clock::now() < m_standbyUntil)
        return {};
    m_lag.warn(m_options.clock());
    for (;;) {
        TRY(const bool isMore, sealSome());
        if (!isMore)
            return {};
    }
}

/// True when there may be more to seal at once.
Result<bool> Sealer::sealSome()
{
    const Instant now = m_options.clock();
    if (!m_isLoaded)
        CHECK(load(now));
    const RequestContext context = RequestContext::forSystem(now);
    TRY(UnsealedEvents seen, m_session.read<UnsealedEvents>(context, [this](Tx &tx) { return SealStore::unsealed(tx, m_from, m_options.batch); }));
    const qint64 known = m_last ? m_last->sequence : 0;
    if (seen.sequence < known)
        return damagedTrail(
            QStringLiteral("its newest seals are gone: it ends with %1, and this server has written %2").arg(seen.sequence).arg(known));
    if (seen.sequence > known) { // another instance has sealed meanwhile
        m_isLoaded = false;
        return true;
    }
    if (m_last && seen.horizon < m_from) {
        CHECK(beginEra(seen, now));
        return true;
    }
    m_lag.watch(seen, now);
    if (seen.events.empty()) {
        m_from = std::max(m_from, seen.horizon); // nothing is before it, and nothing can come
        return false;
    }
    TRY(const bool isOurs, hasLease(now));
    if (!isOurs)
        return false;
    const bool isFull = seen.events.size() >= static_cast<std::size_t>(m_options.batch);
    const qint64 xidTo = isFull ? seen.events.back().xid + 1 : seen.horizon;
    const auto sealed = seal(std::move(seen.events), xidTo, now);
    if (!sealed || !*sealed) {
        m_isLoaded = false; // whoever was first, or whatever has become of it
        if (!sealed)
            return sealed.problem();
        return true;
    }
    if (!isFull)
        m_lag.clear();
    return isFull;
}

Result<void> Sealer::load(Instant now)
{
    CHECK(m_session.read<void>(RequestContext::forSystem(now), [this](Tx &tx) { return takeUp(tx); }));
    CHECK(m_keys.check(m_knownKeys, m_last));
    m_isLoaded = true;
    return {};
}

/// Reads where the chain is. The lines that lead to it are not read again; `aegisd audit verify` does that.
Result<void> Sealer::takeUp(Tx &tx)
{
    TRY(m_knownKeys, SealStore::keys(tx));
    TRY(std::optional<Seal> last, SealStore::last(tx));
    if (m_last && (!last || last->sequence < m_last->sequence))
        return damagedTrail(QStringLiteral("its newest seals are gone"));
    SealTreeStore tree(tx);
    TRY(merkle::Frontier frontier, merkle::Frontier::of(tree.nodes(), last ? last->size : 0));
    if (last && frontier.root() != last->root)
        return damagedTrail(QStringLiteral("the digests of its events do not make its newest root"));
    m_frontier = std::move(frontier);
    m_era = last ? last->era : 1;
    m_from = last ? last->xidTo : 0;
    m_last = std::move(last);
    return {};
}

Result<bool> Sealer::hasLease(Instant now)
{
    if (m_leasedUntil - now > m_options.lease / 2 && m_leasedUntil - now <= m_options.lease)
        return true;
    const Instant until = now + m_options.lease;
    TRY(const bool isOurs, m_session.write<bool>(RequestContext::forSystem(now), [&](Tx &tx) {
        return JobLeaseStore::claim(tx, QLatin1String("audit"), m_options.instance, until);
    }));
    m_leasedUntil = isOurs ? until : Instant();
    if (!isOurs) {
        m_standbyUntil = std::chrono::steady_clock::now() + m_options.lease / 2;
        m_lag.clear();
    }
    return isOurs;
}

/// The transaction ids of the database began anew: it is another cluster, into which the old one was dumped.
Result<void> Sealer::beginEra(const UnsealedEvents &seen, Instant now)
{
    TRY(const bool isOurs, hasLease(now));
    if (!isOurs)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("another instance has the lease at the beginning of an era"));
    // What was dumped before it was sealed has ids from the old cluster, which none of the new one has yet.
    while (seen.newest <= m_from) {
        TRY(UnsealedEvents rest, m_session.read<UnsealedEvents>(RequestContext::forSystem(now), [this](Tx &tx) {
            return SealStore::unsealed(tx, m_from, m_options.batch, true);
        }));
        if (rest.events.empty())
            break;
        const qint64 xidTo = rest.events.back().xid + 1;
        const auto sealed = seal(std::move(rest.events), xidTo, now);
        if (!sealed || !*sealed) {
            m_isLoaded = false;
            return sealed ? Problem(ProblemCode::Internal).withInternal(QStringLiteral("another instance has sealed")) : sealed.problem();
        }
    }
    log::warning("audit_era_begins",
                 {{"message", "the database's transaction ids began anew, as after a restore from a dump: sealing goes on in a new era"}});
    ++m_era;
    m_from = 0;
    return {};
}

/// False when another instance was first.
Result<bool> Sealer::seal(std::vector<UnsealedEvent> events, qint64 xidTo, Instant now)
{
    if (m_era > 1) { // those that came along from the cluster before may have any transaction id
        const RequestContext context = RequestContext::forSystem(now);
        TRY(const QByteArrayList before, m_session.read<QByteArrayList>(context, [&](Tx &tx) {
            return SealStore::sealedBefore(tx, m_era, events.front().xid, events.back().xid + 1);
        }));
        QSet<QByteArray> ids;
        for (const QByteArray &some : before) {
            for (qsizetype at = 0; at < some.size(); at += 16)
                ids.insert(some.mid(at, 16));
        }
        std::erase_if(events, [&ids](const UnsealedEvent &event) { return ids.contains(event.id.toRfc4122()); });
        if (events.empty()) {
            m_from = xidTo;
            return true;
        }
    }
    SealedEvents sealed;
    std::vector<SealNode> nodes;
    merkle::Frontier frontier = m_frontier;
    for (const UnsealedEvent &event : events) {
        sealed.ids += event.id.toRfc4122();
        sealed.digests += event.digest;
        frontier.add(merkle::leafHash(event.digest), [&nodes](int level, quint64 place, const Sha256 &hash) {
            if (level % 8 == 0)
                nodes.push_back({.level = level, .place = place, .hash = hash});
        });
    }
    const bool isNewEra = m_last && m_last->era != m_era;
    Seal &seal = sealed.seal;
    seal = {.sequence = m_last ? m_last->sequence + 1 : 1,
            .era = m_era,
            .previous = m_last ? m_last->chainHash() : Sha256{},
            .position = m_frontier.size(),
            .size = frontier.size(),
            .xidFrom = m_last && !isNewEra ? m_last->xidTo : 0,
            .xidTo = xidTo,
            .root = frontier.root(),
            .time = timeOf(now),
            .keyId = m_keys.current().kid(),
            .signature = {}};
    TRY(seal.signature, m_keys.current().sign(seal.statement()));
    TRY(const std::optional<SealKey> key, m_keys.introduction(m_knownKeys, seal.sequence, seal.time));
    TRY(const bool isAdded, add(sealed, nodes, key, now));
    if (!isAdded)
        return false;
    if (key)
        m_knownKeys.push_back(*key);
    m_frontier = std::move(frontier);
    m_last = seal;
    m_from = xidTo;
    m_sealedEvents.add(seal.count());
    m_seals.add();
    return true;
}

Result<bool> Sealer::add(const SealedEvents &sealed, const std::vector<SealNode> &nodes, const std::optional<SealKey> &key, Instant now)
{
    const Seal &seal = sealed.seal;
    // Not an event a seal, which would have to be sealed itself: the first one of a day, and what is no everyday's.
    const char *reason = key                                 ? "key"
        : m_last && m_last->era != seal.era                  ? "era"
        : !m_last || dayOf(m_last->time) != dayOf(seal.time) ? "day"
                                                             : nullptr;
    return m_session.write<bool>(RequestContext::forSystem(now), [&](Tx &tx) -> Result<bool> {
        TRY(const bool isAdded, SealStore::add(tx, sealed));
        if (!isAdded)
            return false;
        if (!nodes.empty())
            CHECK(SealStore::addNodes(tx, nodes));
        if (key)
            CHECK(SealStore::addKey(tx, *key));
        if (reason) {
            EventBatch events(tx.context());
            events.add(sealedEvent(seal, reason));
            CHECK(EventStore::append(tx, events));
        }
        return true;
    });
}

/// Instances whose clocks differ a little seal in turn. A clock that was really set back is signed as it is, for all to see.
Instant Sealer::timeOf(Instant now)
{
    if (!m_last || now >= m_last->time)
        return now;
    if (m_last->time - now <= m_options.tolerance)
        return m_last->time;
    log::warning("audit_clock_rollback",
                 {{"message", "this seal is dated before the one before it, so this clock was set back, or the last one was ahead"},
                  {"sequence", m_last->sequence + 1}});
    return now;
}

} // namespace aegis
