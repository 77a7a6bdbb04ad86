#pragma once

#include "server/db/PostgresLog.h"
#include "server/db/PostgresPredecessor.h"
#include "server/db/PostgresProcess.h"
#include "server/db/PostgresPrograms.h"
#include "shared/result/Result.h"

#include <QtCore/QString>

namespace aegis {

/// The files of the private cluster: where they are, who owns them, and what is written into them before each start. What
/// lies below `postgres/` is touched with the rights of the cluster's account alone (see FilesAs).
class PostgresCluster {
public:
    /// The superuser of the cluster.
    static constexpr const char *administratorRole = "aegis_admin";
    /// The role that serves.
    static constexpr const char *servingRole = "aegis_app";

    /// What it is configured for.
    struct Use {
        bool durable = true;
        int connections = 50; ///< at once
    };
    PostgresCluster(const QString &dataDirectory, SystemAccount account, Use use);
    ~PostgresCluster();
    PostgresCluster(const PostgresCluster &) = delete;
    PostgresCluster &operator=(const PostgresCluster &) = delete;

    /// Makes the directories and takes the lock: another server on the same data directory is refused.
    Result<void> claim();
    /// The version of the cluster that is there; 0: none yet.
    int major() const;
    /// initdb, in a directory that is renamed when it is complete.
    Result<void> create(const PostgresPrograms &programs);
    /// Writes the settings, which are ours to the last one: they hold whatever an older version wrote.
    Result<void> configure();
    /// Waits for a server that an earlier process of ours left behind; one of somebody else is refused (PostgresPredecessor).
    Result<void> waitForPredecessor(const PostgresPredecessor::Tell &tell) const;
    /// Writes down, in the lock, that this process is the server that we have started.
    Result<void> remember(pid_t server);
    /// Whether the server with that process id takes connections.
    bool isReady(qint64 processId) const;

    QString data() const { return m_directory + QStringLiteral("/data"); }
    PostgresLog &log() { return m_log; }
    const PostgresLog &log() const { return m_log; }
    QString socketDirectory() const { return m_socketDirectory; }
    /// Where the cluster of a data directory has its socket, for who comes to one that runs already.
    static QString socketDirectoryOf(const QString &dataDirectory);
    /// Whether a cluster has been made in that data directory, as far as this process may look.
    static bool isIn(const QString &dataDirectory);
    const SystemAccount &account() const { return m_account; }

private:
    Result<void> prepareDirectories() const;
    Result<void> takeLock();
    Result<void> writeLock() const;
    Result<void> own(const QString &directory) const;
    Result<void> clear(const QString &directory) const;
    Result<void> write(const QString &file, const QByteArray &text) const;
    Result<void> chooseSocketDirectory();
    QList<QByteArray> pidFile() const;

    const QString m_dataDirectory;
    const QString m_directory;
    const SystemAccount m_account;
    const Use m_use;
    PostgresLog m_log;
    QString m_socketDirectory;
    int m_lock = -1;
    ProcessMark m_started; ///< our server, or that of the aegisd before
};

} // namespace aegis
