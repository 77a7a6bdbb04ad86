#include "server/db/PostgresCluster.h"

#include "server/db/FilesAs.h"
#include "server/db/PlainFile.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

namespace aegis {
namespace {

using namespace std::chrono_literals;

QString lastError()
{
    return qt_error_string(errno);
}

Problem refusal(const QString &sentence)
{
    return Problem(ProblemCode::Internal, sentence);
}

/// A value in postgresql.conf.
QByteArray quoted(QByteArray value)
{
    return '\'' + value.replace('\'', "''") + '\'';
}

QString absolute(const QString &dataDirectory)
{
    return QDir::cleanPath(QFileInfo(dataDirectory).absoluteFilePath());
}

QString clusterOf(const QString &dataDirectory)
{
    return absolute(dataDirectory) + QStringLiteral("/postgres");
}

bool socketFits(const QString &directory)
{
    const QByteArray path = QFile::encodeName(directory) + "/.s.PGSQL.5432";
    return static_cast<std::size_t>(path.size()) < sizeof(sockaddr_un::sun_path);
}

} // namespace

PostgresCluster::PostgresCluster(const QString &dataDirectory, SystemAccount account, Use use) :
    m_dataDirectory(absolute(dataDirectory)), m_directory(clusterOf(dataDirectory)), m_account(std::move(account)), m_use(use),
    m_log(m_directory + QStringLiteral("/postgres.log"), m_account)
{
}

PostgresCluster::~PostgresCluster()
{
    if (m_lock >= 0)
        close(m_lock);
}

Result<void> PostgresCluster::claim()
{
    CHECK(prepareDirectories());
    CHECK(takeLock());
    return chooseSocketDirectory();
}

Result<void> PostgresCluster::prepareDirectories() const
{
    if (!QFileInfo::exists(m_dataDirectory)) {
        if (!QDir().mkpath(m_dataDirectory))
            return refusal(QStringLiteral("the data directory %1 cannot be made").arg(m_dataDirectory));
        chmod(QFile::encodeName(m_dataDirectory).constData(), m_account.isOther ? 0711 : 0700);
    }
    if (const QString barrier = m_account.barrierOn(m_dataDirectory); !barrier.isEmpty()) {
        return refusal(
            QStringLiteral("the account '%1', as which PostgreSQL runs, cannot enter %2: allow it with `chmod o+x %2`, or choose another data "
                           "directory")
                .arg(QString::fromLocal8Bit(m_account.name), barrier));
    }
    return own(m_directory); // in a directory that the account cannot write
}

Result<void> PostgresCluster::takeLock()
{
    const FilesAs account(m_account);
    const QByteArray path = QFile::encodeName(m_directory + QStringLiteral("/lock"));
    m_lock = open(path.constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (m_lock < 0)
        return refusal(QStringLiteral("%1 cannot be opened: %2").arg(QFile::decodeName(path), lastError()));
    const QList<QByteArray> lines = readPlainFile(QFile::decodeName(path)).split('\n');
    if (flock(m_lock, LOCK_EX | LOCK_NB) != 0) {
        const QString holder = QString::fromLatin1(lines.value(0)).trimmed();
        return refusal(QStringLiteral("another aegisd (process %1) already uses the data directory %2: stop it, or choose another data directory")
                           .arg(holder.isEmpty() ? QStringLiteral("unknown") : holder, m_dataDirectory));
    }
    m_started = ProcessMark::parse(lines.value(1));
    return writeLock();
}

/// Two lines: this process, and the server that it (or, until it has one, the aegisd before it) has started.
Result<void> PostgresCluster::writeLock() const
{
    const QByteArray text = QByteArray::number(getpid()) + '\n' + m_started.text() + '\n';
    // In this order it fits on a full disk, too.
    if (pwrite(m_lock, text.constData(), static_cast<std::size_t>(text.size()), 0) != text.size() || ftruncate(m_lock, text.size()) != 0)
        return refusal(QStringLiteral("%1/lock cannot be written: %2").arg(m_directory, lastError()));
    return {};
}

Result<void> PostgresCluster::own(const QString &directory) const
{
    const QByteArray path = QFile::encodeName(directory);
    struct stat entry {};
    const bool isNew = mkdir(path.constData(), 0700) == 0;
    if ((!isNew && errno != EEXIST) || (isNew && m_account.isOther && lchown(path.constData(), m_account.uid, m_account.gid) != 0)
        || lstat(path.constData(), &entry) != 0)
        return refusal(QStringLiteral("the directory %1 cannot be made: %2").arg(directory, lastError()));
    if (!S_ISDIR(entry.st_mode) || entry.st_uid != m_account.uid) {
        return refusal(
            QStringLiteral("%1 must be a directory of the account '%2', as which PostgreSQL runs: run aegisd as the account that made it, or as root")
                .arg(directory, QString::fromLocal8Bit(m_account.name)));
    }
    if ((entry.st_mode & 0777) != 0700 && chmod(path.constData(), 0700) != 0)
        return refusal(QStringLiteral("the directory %1 cannot be made private: %2").arg(directory, lastError()));
    return {};
}

QString PostgresCluster::socketDirectoryOf(const QString &dataDirectory)
{
    QString within = clusterOf(dataDirectory) + QStringLiteral("/run");
    if (socketFits(within))
        return within;
    // The path of a Unix socket is at most 107 bytes long (unix(7)): a short one, that is the same at each start.
    const QString base = geteuid() == 0 ? QStringLiteral("/run") : qEnvironmentVariable("XDG_RUNTIME_DIR", QStringLiteral("/tmp"));
    const QByteArray name = QCryptographicHash::hash(QFile::encodeName(clusterOf(dataDirectory)), QCryptographicHash::Sha256).toHex().left(16);
    return base + QStringLiteral("/aegis-") + QString::fromLatin1(name);
}

bool PostgresCluster::isIn(const QString &dataDirectory)
{
    struct stat found {};
    const QByteArray path = QFile::encodeName(clusterOf(dataDirectory) + QStringLiteral("/data"));
    return ::stat(path.constData(), &found) == 0 || errno != ENOENT;
}

Result<void> PostgresCluster::chooseSocketDirectory()
{
    m_socketDirectory = socketDirectoryOf(m_dataDirectory);
    if (!m_socketDirectory.startsWith(m_directory + u'/'))
        return own(m_socketDirectory);
    const FilesAs account(m_account);
    return own(m_socketDirectory);
}

int PostgresCluster::major() const
{
    const FilesAs account(m_account);
    return readPlainFile(data() + QStringLiteral("/PG_VERSION")).trimmed().toInt();
}

Result<void> PostgresCluster::create(const PostgresPrograms &programs)
{
    const QString unfinished = m_directory + QStringLiteral("/data.new");
    CHECK(clear(unfinished));
    std::vector<QByteArray> arguments{QFile::encodeName(programs.directory) + "/initdb",
                                      "-D",
                                      QFile::encodeName(unfinished),
                                      "-U",
                                      administratorRole,
                                      "-E",
                                      "UTF8",
                                      "--locale=C.UTF-8",
                                      "-A",
                                      "peer",
                                      "--data-checksums",
                                      "--no-instructions"};
    if (!m_use.durable)
        arguments.push_back("--no-sync");
    m_log.mark();
    TRY(auto initdb, PostgresProcess::start(arguments, m_account, QFile::encodeName(m_log.path())));
    initdb.waitForEnd(5min);
    if (!initdb.failure().isEmpty())
        return refusal(QStringLiteral("initdb could not make the cluster (%1): %2").arg(initdb.failure(), m_log.lastWords()));
    const FilesAs account(m_account);
    if (rename(QFile::encodeName(unfinished).constData(), QFile::encodeName(data()).constData()) != 0)
        return refusal(QStringLiteral("%1 cannot be renamed: %2").arg(unfinished, lastError()));
    return write(data() + QStringLiteral("/postgresql.conf"),
                 "# Aegis writes aegis.conf at each start; settings below its line go beyond it.\ninclude 'aegis.conf'\n");
}

/// Removes what an initdb that did not finish has left.
Result<void> PostgresCluster::clear(const QString &directory) const
{
    const FilesAs account(m_account);
    struct stat entry {};
    const QByteArray path = QFile::encodeName(directory);
    if (lstat(path.constData(), &entry) != 0)
        return {};
    if (S_ISDIR(entry.st_mode) ? QDir(directory).removeRecursively() : unlink(path.constData()) == 0)
        return {};
    return refusal(QStringLiteral("%1, which an earlier start has left, cannot be removed: remove it").arg(directory));
}

Result<void> PostgresCluster::write(const QString &file, const QByteArray &text) const
{
    const QByteArray path = QFile::encodeName(file);
    const int descriptor = open(path.constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool ok = descriptor >= 0 && ::write(descriptor, text.constData(), static_cast<std::size_t>(text.size())) == text.size();
    const QString reason = lastError();
    if (descriptor >= 0)
        close(descriptor);
    return ok ? Result<void>() : Result<void>(refusal(QStringLiteral("%1 cannot be written: %2").arg(file, reason)));
}

Result<void> PostgresCluster::configure()
{
    const FilesAs account(m_account);
    QByteArray directory = QFile::encodeName(m_socketDirectory);
    directory.replace('"', "\"\"");
    QByteArray text = "# Written by aegisd at each start; what is changed here is lost.\n"
                      "listen_addresses = ''\n"
                      "port = 5432\n"
                      "unix_socket_permissions = 0700\n"
                      "wal_compression = on\n"
                      "max_wal_size = 1GB\n"
                      "jit = off\n"
                      "timezone = 'UTC'\n"
                      "datestyle = 'ISO'\n"
                      // A package upgrade replaces the files under a running server; what it already holds cannot mismatch.
                      "shared_preload_libraries = 'plpgsql'\n"
                      // Neither a value nor a row that was refused belongs in a log.
                      // Errors are answers to our own statements: a slug that is taken is no news, and the rest we log ourselves.
                      "log_min_messages = log\n"
                      "log_min_error_statement = panic\n"
                      "log_parameter_max_length = 0\n"
                      "log_parameter_max_length_on_error = 0\n"
                      "log_error_verbosity = terse\n"
                      "log_timezone = 'UTC'\n"
                      "log_line_prefix = '%m [%p] %q%u@%d '\n"
                      "log_destination = 'stderr'\n"
                      "logging_collector = off\n";
    text += "unix_socket_directories = " + quoted('"' + directory + '"') + '\n';
    text += "max_connections = " + QByteArray::number(m_use.connections) + '\n';
    text += m_use.durable ? "shared_buffers = 128MB\n"
                          : "shared_buffers = 32MB\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n";
    CHECK(write(data() + QStringLiteral("/aegis.conf"), text));

    // Only this process' account and the cluster's own may log in, as the two roles.
    CHECK(write(data() + QStringLiteral("/pg_hba.conf"), "local all all peer map=aegis\n"));
    QByteArray map;
    for (const QByteArray &system : {QByteArray(m_account.isOther ? "root" : ""), m_account.name}) {
        if (system.isEmpty())
            continue;
        for (const char *role : {administratorRole, servingRole})
            map += "aegis \"" + system + "\" " + role + '\n';
    }
    CHECK(write(data() + QStringLiteral("/pg_ident.conf"), map));

    return {};
}

QList<QByteArray> PostgresCluster::pidFile() const
{
    const FilesAs account(m_account);
    return readPlainFile(data() + QStringLiteral("/postmaster.pid")).split('\n');
}

bool PostgresCluster::isReady(qint64 processId) const
{
    // Line 8 is the state (pidfile.h); to look costs less than to connect, and nothing in the log.
    const QList<QByteArray> lines = pidFile();
    return lines.size() > 7 && lines.at(0).toLongLong() == processId && lines.at(7).trimmed() == "ready";
}

Result<void> PostgresCluster::waitForPredecessor(const PostgresPredecessor::Tell &tell) const
{
    return PostgresPredecessor(data(), m_account.uid, m_started).waitForEnd([this] { return pidFile(); }, tell);
}

Result<void> PostgresCluster::remember(pid_t server)
{
    m_started = ProcessMark::of(server);
    return writeLock();
}

} // namespace aegis
