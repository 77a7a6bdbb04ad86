#include "server/db/Migration.h"

#include "server/db/Connection.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDir>
#include <QtCore/QRegularExpression>

namespace aegis {

QString Migration::fileName() const
{
    return QStringLiteral("%1_%2.sql").arg(version, 4, 10, QLatin1Char('0')).arg(name);
}

Problem startProblem(const QString &sentence, const SqlError &error)
{
    return Problem(ProblemCode::Internal, sentence + QStringLiteral(" (") + error.internal + QLatin1Char(')'));
}

Result<std::vector<Migration>> Migration::readAll(const QString &path)
{
    static const QRegularExpression pattern(QStringLiteral("^(\\d{4})_([a-z0-9_]+)\\.sql$"));
    const QDir directory(path);
    std::vector<Migration> migrations;
    for (const QString &file : directory.entryList({QStringLiteral("*.sql")}, QDir::Files, QDir::Name)) {
        const auto match = pattern.match(file);
        if (!match.hasMatch())
            return Problem(ProblemCode::Internal,
                           QStringLiteral("%1 is not the name of a migration: it must be like 0001_name.sql").arg(directory.filePath(file)));
        Migration migration{match.captured(1).toInt(), match.captured(2), {}, {}};
        if (migration.version != static_cast<int>(migrations.size()) + 1) {
            return Problem(ProblemCode::Internal,
                           QStringLiteral("%1 is out of order: the next migration must have the number %2")
                               .arg(directory.filePath(file))
                               .arg(migrations.size() + 1));
        }
        QFile opened(directory.filePath(file));
        if (!opened.open(QIODevice::ReadOnly))
            return Problem(ProblemCode::Internal, QStringLiteral("%1 cannot be read: %2").arg(opened.fileName(), opened.errorString()));
        migration.script = opened.readAll();
        migration.sha256 = QCryptographicHash::hash(migration.script, QCryptographicHash::Sha256);
        migrations.push_back(std::move(migration));
    }
    if (migrations.empty())
        return Problem(ProblemCode::Internal, QStringLiteral("%1 holds no migrations").arg(path));
    return migrations;
}

Result<int> migrationsDone(Connection &connection, const std::vector<Migration> &known)
{
    // In hex by itself: how this connection writes bytes down is set with a tenant, or by nobody behind a pooler.
    const Command command{"select version, name, encode(sha256, 'hex') from aegis.migration order by version", {}};
    const Exchange exchange = connection.exchange({&command, 1});
    if (exchange.error && (exchange.error->state == "42P01" || exchange.error->state == "3F000"))
        return 0; // neither table nor schema
    if (exchange.error || exchange.isLost)
        return startProblem(QStringLiteral("the list of migrations cannot be read"), exchange.error.value_or(SqlError{}));

    int done = 0;
    for (const Row row : exchange.answers.front()) {
        const Migration applied{row.get<int>(0), row.get<QString>(1), {}, QByteArray::fromHex(row.get<QByteArray>(2))};
        if (applied.version > static_cast<int>(known.size())) {
            return Problem(
                ProblemCode::Internal,
                QStringLiteral("the database is newer than this program: it has the migration %1, which is unknown here; run a newer aegisd")
                    .arg(applied.fileName()));
        }
        const Migration &ours = known.at(static_cast<std::size_t>(done));
        if (applied.version != ours.version || applied.name != ours.name || applied.sha256 != ours.sha256) {
            return Problem(
                ProblemCode::Internal,
                QStringLiteral("the migration %1 was changed after it had been carried out on this database: a released migration is never edited; "
                               "use the program as it was released")
                    .arg(ours.fileName()));
        }
        ++done;
    }
    return done;
}

} // namespace aegis
