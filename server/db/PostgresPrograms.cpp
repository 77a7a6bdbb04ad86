#include "server/db/PostgresPrograms.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QProcess>
#include <QtCore/QRegularExpression>

namespace aegis {
namespace {

bool isExecutable(const QString &path)
{
    const QFileInfo file(path);
    return file.isFile() && file.isExecutable();
}

/// The version that `postgres --version` tells; 0 when there is no server in the directory.
int majorOf(const QString &directory)
{
    if (!isExecutable(directory + QStringLiteral("/postgres")) || !isExecutable(directory + QStringLiteral("/initdb")))
        return 0;
    QProcess process;
    process.start(directory + QStringLiteral("/postgres"), {QStringLiteral("--version")});
    process.waitForFinished(5'000);
    static const QRegularExpression number(QStringLiteral("PostgreSQL\\) (\\d+)"));
    return number.match(QString::fromUtf8(process.readAllStandardOutput())).captured(1).toInt();
}

/// Where servers may be, with the version if the path tells it (asking each costs a few milliseconds).
std::vector<PostgresPrograms> candidates(const QString &given)
{
    if (!given.isEmpty())
        return {{given, majorOf(given)}};
    std::vector<PostgresPrograms> found;
    const QDir debian(QStringLiteral("/usr/lib/postgresql"));
    for (const QString &name : debian.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString directory = debian.filePath(name) + QStringLiteral("/bin");
        if (isExecutable(directory + QStringLiteral("/postgres")) && isExecutable(directory + QStringLiteral("/initdb")))
            found.push_back({directory, name.toInt()});
    }
    const QDir usr(QStringLiteral("/usr"));
    for (const QString &name : usr.entryList({QStringLiteral("pgsql-*")}, QDir::Dirs))
        found.push_back({usr.filePath(name) + QStringLiteral("/bin"), majorOf(usr.filePath(name) + QStringLiteral("/bin"))});
    if (found.empty()) {
        for (const QString &directory : qEnvironmentVariable("PATH").split(QLatin1Char(':'), Qt::SkipEmptyParts))
            found.push_back({directory, majorOf(directory)});
    }
    return found;
}

} // namespace

Result<PostgresPrograms> PostgresPrograms::find(const QString &given, int major)
{
    PostgresPrograms best;
    for (const PostgresPrograms &candidate : candidates(given)) {
        if (major == 0 ? candidate.major >= oldest && candidate.major > best.major : candidate.major == major)
            best = candidate;
    }
    if (best.major > 0)
        return best;
    const QString where = given.isEmpty() ? QStringLiteral("on this machine") : QStringLiteral("in %1").arg(given);
    if (major > 0) {
        return Problem(
            ProblemCode::Internal,
            QStringLiteral("the data was written by PostgreSQL %1, and no server of that version is installed %2: install postgresql-%1 again, or "
                           "carry the data over with pg_upgrade")
                .arg(QString::number(major), where));
    }
    return Problem(
        ProblemCode::Internal,
        QStringLiteral("no PostgreSQL server (%1 or newer) is installed %2: install one (Debian: apt install postgresql), or set DATABASE_URL")
            .arg(QString::number(oldest), where));
}

} // namespace aegis
