#include "server/app/AuditCommand.h"

#include "server/app/Storage.h"
#include "server/audit/AuditKeys.h"
#include "server/audit/TrailCheck.h"
#include "server/audit/TrailExport.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>

#include <algorithm>

namespace aegis {
namespace {

Problem invalid(const QString &what)
{
    return Problem(ProblemCode::ValidationFailed, what);
}

Problem explained(Problem problem)
{
    if (problem.detail.isEmpty())
        problem.detail = QStringLiteral("the database went away; call it again");
    return problem;
}

Result<void> readHead(const QString &file, TrailTrust &trust)
{
    QFile in(file);
    if (!in.open(QIODevice::ReadOnly))
        return invalid(QStringLiteral("%1 cannot be read: %2").arg(file, in.errorString()));
    const QJsonObject object = QJsonDocument::fromJson(in.read(64 * 1024)).object();
    trust.head = Seal::fromJson(object.value(QLatin1String("seal")).toObject());
    trust.key = SealKey::fromJson(object.value(QLatin1String("key")).toObject());
    if (!trust.head)
        return invalid(QStringLiteral("%1 holds no head: it has to be what `aegisd audit head` has printed").arg(file));
    return {};
}

/// Whom the operator names, else this server's own key if it has one.
Result<TrailTrust> trustOf(const Settings &settings, const CommandLine &line)
{
    TrailTrust trust;
    for (const QString &key : line.auditKeys)
        trust.keys.append(key.toLatin1());
    if (trust.keys.isEmpty()) {
        TRY(const std::optional<AuditKeys> own, AuditKeys::present(settings));
        if (own)
            trust.keys.append(own->current.kid());
        for (const SigningKey &older : own ? own->older : std::vector<SigningKey>())
            trust.keys.append(older.kid()); // a key that was just made has signed nothing yet
    }
    if (!line.headFile.isEmpty())
        CHECK(readHead(line.headFile, trust));
    return trust;
}

} // namespace

Result<bool> verifyAudit(const Settings &settings, const CommandLine &line, const std::function<void(const QString &)> &tell)
{
    TRY(const TrailTrust trust, trustOf(settings, line));
    Result<TrailVerdict> verdict = Problem(ProblemCode::Internal);
    if (line.exportFile.isEmpty()) {
        TRY(const Storage storage, Storage::join(settings));
        DatabaseSession session(storage.serving, storage.session);
        verdict = checkTrail(session, trust, systemNow());
    } else {
        verdict = checkExport(line.exportFile, trust);
    }
    if (!verdict)
        return explained(std::move(verdict).problem());
    for (const QString &text : verdict->lines())
        tell(text);
    return verdict->isWhole();
}

Result<void> exportAudit(const Settings &settings, const CommandLine &line, const std::function<void(const QString &)> &tell)
{
    TRY(const Storage storage, Storage::join(settings));
    DatabaseSession session(storage.serving, storage.session);
    QFile out(line.operand);
    if (!out.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFileDevice::ReadOwner | QFileDevice::WriteOwner))
        return invalid(QStringLiteral("%1 cannot be made: %2").arg(line.operand, out.errorString()));
    auto exported = exportTrail(session, {.from = line.fromSeal, .to = line.toSeal}, out, systemNow());
    if (exported && !out.flush())
        exported = Problem(ProblemCode::Internal, QStringLiteral("%1 cannot be written: %2").arg(line.operand, out.errorString()));
    if (!exported) {
        out.remove();
        return explained(std::move(exported).problem());
    }
    tell(QStringLiteral("%1 events in %2 seals were written to %3.").arg(exported->events).arg(exported->seals).arg(line.operand));
    return {};
}

Result<void> printAuditHead(const Settings &settings, const std::function<void(const QString &)> &tell)
{
    TRY(const Storage storage, Storage::join(settings));
    DatabaseSession session(storage.serving, storage.session);
    TrailReader reader(session, systemNow());
    TRY(const std::vector<SealKey> keys, reader.keys());
    TRY(const std::optional<Seal> head, reader.last());
    if (!head)
        return Problem(ProblemCode::NotFound, QStringLiteral("nothing is sealed yet"));
    const auto key = std::find_if(keys.begin(), keys.end(), [&](const SealKey &known) { return known.keyId == head->keyId; });
    QJsonObject object{{QStringLiteral("seal"), head->toJson()}};
    if (key != keys.end())
        object.insert(QStringLiteral("key"), key->toJson());
    tell(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)));
    return {};
}

Result<void> rotateAuditKey(const Settings &settings, const std::function<void(const QString &)> &tell)
{
    TRY(const AuditKeys keys, AuditKeys::makeNext(settings));
    tell(QStringLiteral("%1 signs the audit trail when the servers have been started again; the key before endorses it then.")
             .arg(QString::fromLatin1(keys.current.kid())));
    return {};
}

} // namespace aegis
