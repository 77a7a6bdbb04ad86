#include "server/audit/TrailCheck.h"

namespace aegis {
namespace {

/// A sealer that is well needs less than a second.
constexpr std::chrono::minutes longestWait(10);

/// One pass over the database.
class DatabaseCheckPass {
public:
    DatabaseCheckPass(TrailReader &reader, const TrailTrust &trust, Instant oldestDay, Instant now) :
        m_reader(reader), m_verifier(trust), m_oldestDay(oldestDay), m_now(now)
    {
    }

    Result<TrailVerdict> run();

private:
    Result<void> take(SealedPart part);
    void compare(const SealedPart &part, quint64 place);
    Result<void> checkOthers();
    Result<void> checkUnsealed();
    void fault(TrailFaultKind kind, qint64 sequence, const QUuid &event, const QString &text)
    {
        m_verifier.verdict.add({.kind = kind, .sequence = sequence, .event = event, .text = text});
    }

    struct Other {
        qint64 sequence;
        qint64 xid;
        QUuid id;
    };
    static constexpr std::size_t mostOthers = 100'000;

    TrailReader &m_reader;
    TrailVerifier m_verifier;
    const Instant m_oldestDay;
    const Instant m_now;
    std::vector<Other> m_others;
};

Result<TrailVerdict> DatabaseCheckPass::run()
{
    TRY(const std::vector<SealKey> keys, m_reader.keys());
    m_verifier.keys(keys);
    for (qint64 done = 0;;) { // while servers seal on
        TRY(const std::optional<Seal> last, m_reader.last());
        if (!last || last->sequence <= done)
            break;
        CHECK(m_reader.read(done, last->sequence, [this](SealedPart part) { return take(std::move(part)); }));
        done = last->sequence;
    }
    CHECK(checkOthers());
    CHECK(checkUnsealed());
    m_verifier.end();
    return m_verifier.verdict;
}

void DatabaseCheckPass::compare(const SealedPart &part, quint64 place)
{
    const qint64 sequence = part.sealed.seal.sequence;
    const std::optional<StoredEvent> &event = part.events[place];
    const QUuid id = part.sealed.idAt(place);
    if (!event) {
        if (uuid7Time(id).value_or(m_oldestDay) < m_oldestDay)
            ++m_verifier.verdict.digests;
        else
            fault(TrailFaultKind::Deleted, sequence, id, QStringLiteral("it was sealed, and is not there any more"));
        return;
    }
    ++m_verifier.verdict.events;
    if (event->canon != 1)
        return fault(TrailFaultKind::Unreadable, sequence, id,
                     QStringLiteral("its bytes are made in a way (canon %1) that this program does not know").arg(event->canon));
    const QByteArray sealed = part.sealed.digestAt(place);
    const QByteArray made = event->canonical.isEmpty() ? QByteArray() : sha256(event->canonical);
    if (made != sealed)
        fault(TrailFaultKind::Edited, sequence, id,
              made == event->digest ? QStringLiteral("its columns, and its digest with them, are not those that were sealed")
                                    : QStringLiteral("its columns are not those that were sealed"));
    else if (event->digest != sealed)
        fault(TrailFaultKind::Edited, sequence, id, QStringLiteral("its digest is not the one that was sealed"));
}

Result<void> DatabaseCheckPass::take(SealedPart part)
{
    const Seal &seal = part.sealed.seal;
    for (quint64 i = 0; i < part.events.size(); ++i) {
        compare(part, i);
        m_verifier.add(part.sealed.digestAt(i));
    }
    if (!part.isInOrder)
        fault(TrailFaultKind::Reordered, seal.sequence, {}, QStringLiteral("its events are not in the order of their transactions"));
    for (const QUuid &stray : part.strays)
        fault(TrailFaultKind::Reordered, seal.sequence, stray, QStringLiteral("its transaction id is not one that its seal covers"));
    for (const StoredEvent &other : part.others) {
        if (m_others.size() < mostOthers)
            m_others.push_back({.sequence = seal.sequence, .xid = other.xid, .id = other.id});
    }
    m_verifier.seal(seal);
    return {};
}

/// Those that lie where a seal of another era covers them are sealed elsewhere; the rest was put in.
Result<void> DatabaseCheckPass::checkOthers()
{
    for (const Other &other : m_others) {
        TRY(const bool isSealed, m_reader.isSealed(other.xid, other.id));
        if (!isSealed)
            fault(TrailFaultKind::Inserted, other.sequence, other.id, QStringLiteral("it is among the events of this seal, which does not cover it"));
    }
    return {};
}

Result<void> DatabaseCheckPass::checkUnsealed()
{
    const qint64 from = m_verifier.verdict.head ? m_verifier.verdict.head->xidTo : 0;
    TRY(const UnsealedEvents left, m_reader.unsealed(from, 100'000));
    const UnsealedEvent *oldest = nullptr;
    for (const UnsealedEvent &event : left.events) {
        TRY(const bool isSealed,
            m_verifier.verdict.head &&m_verifier.verdict.head->era > 1 ? m_reader.isSealed(event.xid, event.id) : Result<bool>(false));
        if (isSealed)
            continue;
        ++m_verifier.verdict.unsealed;
        if (!oldest || event.occurredAt < oldest->occurredAt)
            oldest = &event;
        if (event.xid >= left.newest && (!m_verifier.verdict.head || m_verifier.verdict.head->era == 1))
            fault(TrailFaultKind::Inserted, 0, event.id, QStringLiteral("it names a transaction that has not been yet"));
    }
    if (oldest && m_now - oldest->occurredAt > longestWait)
        fault(TrailFaultKind::Unsealed, 0, oldest->id,
              QStringLiteral("it waits for its seal since %1: nothing seals (AUDIT_SEALING, the log of the servers), or seals were cut off")
                  .arg(QString::fromLatin1(toRfc3339(oldest->occurredAt))));
    return {};
}

} // namespace

Result<TrailVerdict> checkTrail(DatabaseSession &session, const TrailTrust &trust, Instant now)
{
    TrailReader reader(session, now);
    TRY(const Instant oldestDay, reader.oldestDay());
    return DatabaseCheckPass(reader, trust, oldestDay, now).run();
}

} // namespace aegis
