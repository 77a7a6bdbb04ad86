#include "server/audit/TrailCheck.h"

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

constexpr qint64 longestLine = 16 * 1024 * 1024;

/// One pass over the lines of an export. Nothing of what it reads is believed.
class ExportPass {
public:
    explicit ExportPass(const TrailTrust &trust) : m_verifier(trust) {}

    void take(const QByteArray &line);
    TrailVerdict end();

private:
    void takeEvent(const QByteArray &line, const QJsonObject &object);
    void takeDigest(const QJsonObject &object);
    void takeStart(const QJsonObject &object);
    void takeSeal(const QJsonObject &object);
    void placed(const QJsonObject &object, const QByteArray &digest);
    void haveKeys();
    void unreadable(const QString &what)
    {
        m_verifier.verdict.add({.kind = TrailFaultKind::Unreadable, .event = {}, .text = QStringLiteral("line %1 %2").arg(m_line).arg(what)});
    }

    TrailVerifier m_verifier;
    std::vector<SealKey> m_keys;
    std::vector<std::pair<QUuid, QByteArray>> m_pending; ///< of the seal that follows
    std::optional<qint64> m_position;                    ///< of the next event
    std::optional<Instant> m_oldest;                     ///< of the events that are whole
    qint64 m_line = 0;
    bool m_hasKeys = false;
    bool m_isEnded = false;
};

void ExportPass::haveKeys()
{
    if (!m_hasKeys)
        m_verifier.keys(m_keys);
    m_hasKeys = true;
}

void ExportPass::take(const QByteArray &line)
{
    ++m_line;
    const QJsonDocument document = QJsonDocument::fromJson(line);
    const QJsonObject object = document.object();
    const QString kind = object.value(QLatin1String("kind")).toString();
    if (m_line == 1) {
        if (kind != QLatin1String("aegis-audit-trail") || object.value(QLatin1String("version")) != 1)
            unreadable(QStringLiteral("is not the beginning of an export"));
        return;
    }
    if (m_isEnded)
        return unreadable(QStringLiteral("comes after the end"));
    if (kind == QLatin1String("key")) {
        const auto key = SealKey::fromJson(object.value(QLatin1String("key")).toObject());
        if (!key || m_hasKeys)
            return unreadable(QStringLiteral("is no key, or not where keys are"));
        m_keys.push_back(*key);
        return;
    }
    haveKeys();
    if (kind == QLatin1String("event"))
        takeEvent(line, object);
    else if (kind == QLatin1String("digest"))
        takeDigest(object);
    else if (kind == QLatin1String("seal"))
        takeSeal(object);
    else if (kind == QLatin1String("start"))
        takeStart(object);
    else if (kind == QLatin1String("end"))
        m_isEnded = true;
    else
        unreadable(QStringLiteral("is of no known kind"));
}

void ExportPass::placed(const QJsonObject &object, const QByteArray &digest)
{
    const qint64 position = qint64(object.value(QLatin1String("position")).toDouble(-1));
    const qint64 expected = m_position.value_or(0);
    const QUuid id = parseUuid(object.value(QLatin1String("id")).toString().toLatin1()).value_or(QUuid());
    if (position != expected)
        m_verifier.verdict.add(
            {.kind = position > expected ? TrailFaultKind::Deleted : TrailFaultKind::Reordered,
             .event = id,
             .text = QStringLiteral("line %1 has the event at %2, and the one at %3 is next").arg(m_line).arg(position).arg(expected)});
    m_position = expected + 1;
    m_pending.emplace_back(id, digest);
    m_verifier.add(digest);
}

void ExportPass::takeEvent(const QByteArray &line, const QJsonObject &object)
{
    static const QByteArray marker = R"(,"event":)";
    const qsizetype at = line.indexOf(marker);
    const QJsonObject envelope = object.value(QLatin1String("event")).toObject();
    if (at < 0 || !line.endsWith('}') || envelope.isEmpty() || object.value(QLatin1String("canon")) != 1)
        return unreadable(QStringLiteral("is no event, or one whose bytes are made in an unknown way"));
    const QByteArray bytes = line.mid(at + marker.size(), line.size() - at - marker.size() - 1);
    QJsonObject withId = object;
    withId.insert(QStringLiteral("id"), envelope.value(QLatin1String("id")));
    ++m_verifier.verdict.events;
    if (const auto id = parseUuid(envelope.value(QLatin1String("id")).toString().toLatin1())) {
        const auto made = uuid7Time(*id);
        if (made && (!m_oldest || *made < *m_oldest))
            m_oldest = made;
    }
    placed(withId, sha256(bytes));
}

void ExportPass::takeDigest(const QJsonObject &object)
{
    const auto digest = hashFromHex(object.value(QLatin1String("digest")).toString().toLatin1());
    const auto id = parseUuid(object.value(QLatin1String("id")).toString().toLatin1());
    if (!digest || !id)
        return unreadable(QStringLiteral("is no digest of an event"));
    const auto made = uuid7Time(*id);
    if (m_oldest && (!made || *made >= *m_oldest))
        m_verifier.verdict.add(
            {.kind = TrailFaultKind::Deleted, .event = *id, .text = QStringLiteral("only its digest is there, and older events are whole")});
    else
        ++m_verifier.verdict.digests;
    placed(object, bytesOf(*digest));
}

void ExportPass::takeStart(const QJsonObject &object)
{
    const auto seal = Seal::fromJson(object.value(QLatin1String("seal")).toObject());
    std::vector<Sha256> hashes;
    for (const QJsonValue value : object.value(QLatin1String("hashes")).toArray()) {
        if (const auto hash = hashFromHex(value.toString().toLatin1()))
            hashes.push_back(*hash);
    }
    const auto frontier = seal ? merkle::Frontier::of(seal->size, hashes) : std::nullopt;
    if (!frontier || m_position)
        return unreadable(QStringLiteral("is no start, or not where it has to be"));
    m_verifier.beginAfter(*seal, *frontier);
    m_position = qint64(seal->size);
}

void ExportPass::takeSeal(const QJsonObject &object)
{
    const auto seal = Seal::fromJson(object.value(QLatin1String("seal")).toObject());
    if (!seal)
        return unreadable(QStringLiteral("is no seal"));
    const quint64 before = m_verifier.verdict.faultCount;
    m_verifier.seal(*seal);
    // The root tells that something is not as it was, and the first of them which seal it is in: no other names the event.
    if (m_verifier.verdict.faultCount > before && m_pending.size() == 1 && !m_verifier.verdict.faults.empty()
        && m_verifier.verdict.faults.back().kind == TrailFaultKind::WrongRoot)
        m_verifier.verdict.faults.back().event = m_pending.front().first;
    m_pending.clear();
}

TrailVerdict ExportPass::end()
{
    haveKeys();
    if (!m_isEnded || !m_pending.empty())
        m_verifier.verdict.add(
            {.kind = TrailFaultKind::Truncated, .event = {}, .text = QStringLiteral("the export ends before its end: a part of it is missing")});
    m_verifier.end();
    return m_verifier.verdict;
}

} // namespace

Result<TrailVerdict> checkExport(const QString &file, const TrailTrust &trust)
{
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("%1 cannot be read: %2").arg(file, in.errorString()));
    ExportPass pass(trust);
    while (!in.atEnd()) {
        QByteArray line = in.readLine(longestLine);
        if (line.endsWith('\n'))
            line.chop(1);
        pass.take(line);
    }
    return pass.end();
}

} // namespace aegis
