#include "server/audit/TrailExport.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace aegis {
namespace {

QByteArray json(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

Result<void> write(QIODevice &out, const QByteArray &line)
{
    if (out.write(line + '\n') != line.size() + 1)
        return Problem(ProblemCode::Internal, QStringLiteral("the export cannot be written: %1").arg(out.errorString()));
    return {};
}

QJsonObject startOf(const Seal &before, const merkle::Frontier &frontier)
{
    QJsonArray hashes;
    for (const Sha256 &hash : frontier.hashes())
        hashes.append(QString::fromLatin1(hexOf(hash)));
    return {{QStringLiteral("kind"), QStringLiteral("start")}, {QStringLiteral("seal"), before.toJson()}, {QStringLiteral("hashes"), hashes}};
}

Result<void> writePart(QIODevice &out, const SealedPart &part)
{
    for (quint64 i = 0; i < part.events.size(); ++i) {
        const std::optional<StoredEvent> &event = part.events[i];
        const QByteArray position = QByteArray::number(qulonglong(part.sealed.seal.position + i));
        if (event && !event->canonical.isEmpty()) {
            // The bytes after `"event":` and before the last brace are those that the digest is made of.
            CHECK(write(out,
                        R"({"kind":"event","position":)" + position + R"(,"canon":)" + QByteArray::number(event->canon) + R"(,"event":)"
                            + event->canonical + '}'));
        } else {
            CHECK(write(out,
                        R"({"kind":"digest","position":)" + position + R"(,"id":")" + uuidText(part.sealed.idAt(i)) + R"(","digest":")"
                            + part.sealed.digestAt(i).toHex() + R"("})"));
        }
    }
    return write(out, json({{QStringLiteral("kind"), QStringLiteral("seal")}, {QStringLiteral("seal"), part.sealed.seal.toJson()}}));
}

} // namespace

Result<TrailExported> exportTrail(DatabaseSession &session, TrailRange range, QIODevice &out, Instant now)
{
    TrailReader reader(session, now);
    TRY(const std::optional<Seal> last, reader.last());
    const qint64 end = range.to > 0 ? range.to : last ? last->sequence : 0;
    const qint64 after = std::max<qint64>(range.from, 1) - 1;
    if (after > 0 && (!last || end > last->sequence || after >= end))
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("there are no such seals: the last one is %1").arg(last ? last->sequence : 0));
    CHECK(write(out, R"({"kind":"aegis-audit-trail","version":1})"));
    TRY(const std::vector<SealKey> keys, reader.keys());
    for (const SealKey &key : keys)
        CHECK(write(out, json({{QStringLiteral("kind"), QStringLiteral("key")}, {QStringLiteral("key"), key.toJson()}})));
    if (after > 0) {
        TRY(const std::optional<Seal> before, reader.bySequence(after));
        if (!before)
            return Problem(ProblemCode::Internal, QStringLiteral("seal %1 is missing: verify the database itself").arg(after));
        TRY(const merkle::Frontier frontier, reader.frontierAt(before->size));
        CHECK(write(out, json(startOf(*before, frontier))));
    }
    TrailExported done;
    CHECK(reader.read(after, end, [&](const SealedPart &part) -> Result<void> {
        ++done.seals;
        done.events += part.events.size();
        return writePart(out, part);
    }));
    CHECK(write(out, R"({"kind":"end"})"));
    return done;
}

} // namespace aegis
