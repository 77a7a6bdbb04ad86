#include "server/app/ReplayCommand.h"

#include "server/app/Storage.h"
#include "server/db/PostgresCluster.h"
#include "server/replay/Replay.h"

namespace aegis {
namespace {

QString orNothing(const std::optional<QString> &value)
{
    return value ? *value : QStringLiteral("-");
}

Result<ConnectionString> migratorOf(const Settings &settings)
{
    if (settings.hasEmbeddedDatabase()) {
        TRY(const SystemAccount account, SystemAccount::choose(EmbeddedPostgres::Options().runAs));
        return ConnectionString::socket(PostgresCluster::socketDirectoryOf(settings.dataDir), PostgresCluster::administratorRole, "aegis")
            .with("requirepeer", account.name);
    }
    if (settings.databaseMigrationUrl.isEmpty())
        return Problem(ProblemCode::ValidationFailed,
                       QStringLiteral("events are replayed as the role that migrates, never as the one that serves: give this command "
                                      "DATABASE_MIGRATION_URL as well"));
    return ConnectionString::parse(QString::fromUtf8(settings.databaseMigrationUrl.reveal()));
}

Problem explained(Problem problem)
{
    if (problem.detail.isEmpty() && problem.code == ProblemCode::DatabaseUnavailable)
        problem.detail = QStringLiteral("the database went away, or refuses the role that migrates; call it again");
    return problem;
}

Result<bool> check(Replay &replay, const Settings &settings, Instant now, const std::function<void(const QString &)> &tell)
{
    auto checked = replay.check(settings.sessionRetention, now);
    if (!checked)
        return explained(std::move(checked).problem());
    const ReplayCheckStore::Report &report = *checked;
    tell(report.differences == 0 ? QStringLiteral("The tables are what the events tell.")
                                 : QStringLiteral("The tables are NOT what the events tell: %1 differences.").arg(report.differences));
    for (const auto &difference : report.shown)
        tell(QStringLiteral("%1 %2 %3: events tell %4, the table has %5")
                 .arg(difference.what, difference.id, difference.field, orNothing(difference.told), orNothing(difference.present)));
    if (report.differences > static_cast<qint64>(report.shown.size()))
        tell(QStringLiteral("... and %1 more").arg(report.differences - static_cast<qint64>(report.shown.size())));
    QStringList compared;
    for (const auto &[what, count] : report.compared)
        compared.append(QStringLiteral("%1: %2").arg(what).arg(count));
    tell(QStringLiteral("Made again from the events: %1.").arg(compared.isEmpty() ? QStringLiteral("nothing") : compared.join(QStringLiteral(", "))));
    if (report.older > 0)
        tell(QStringLiteral("%1 rows are older than the events that are left: only what was done to them since was compared.").arg(report.older));
    if (report.cleared > 0)
        tell(QStringLiteral("%1 sessions had ended and were removed (SESSION_RETENTION).").arg(report.cleared));
    return report.differences == 0;
}

Result<void> rebuild(Replay &replay, const CommandLine &line, Instant now, const std::function<void(const QString &)> &tell)
{
    const Instant until = line.until.value_or(now);
    if (until > now)
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("--until is in the future"));
    auto rebuilt = replay.rebuild(until, line.schema, now);
    if (!rebuilt)
        return explained(std::move(rebuilt).problem());
    tell(QStringLiteral("The schema %1 has the state as of %2, from %3 events: %4 organizations, %5 users, %6 roles, %7 memberships, %8 roles of "
                        "the platform, %9 sessions.")
             .arg(line.schema, QString::fromLatin1(toRfc3339(until)))
             .arg(rebuilt->events)
             .arg(rebuilt->organizations)
             .arg(rebuilt->users)
             .arg(rebuilt->roles)
             .arg(rebuilt->memberships)
             .arg(rebuilt->platformRoles)
             .arg(rebuilt->sessions));
    return {};
}

} // namespace

Result<bool> replayEvents(const Settings &settings, const CommandLine &line, const std::function<void(const QString &)> &tell)
{
    TRY(const ConnectionString migrator, migratorOf(settings));
    TRY(const Storage storage, Storage::join(settings)); // it may hold a cluster of its own
    Replay replay(migrator);
    const Instant now = systemNow();
    if (line.check)
        return check(replay, settings, now, tell);
    CHECK(rebuild(replay, line, now, tell));
    return true;
}

} // namespace aegis
