#pragma once

#include "server/db/ConnectionString.h"
#include "shared/result/Result.h"

#include <QtCore/QString>

#include <chrono>
#include <functional>
#include <memory>

namespace aegis {

/// A PostgreSQL of our own, in the data directory, for a server that was given no DATABASE_URL. It listens on a Unix socket in
/// a private directory only, drops from root to the user `postgres`, is started again when it crashes and when a package
/// upgrade has replaced its program, and ends with this process, even when that is killed.
///
/// In `<data directory>/postgres`: `data` (the cluster), `run` (the socket), `postgres.log` and `lock`. When the server runs
/// as root, the user `postgres` must be able to enter the data directory (mode 0711).
class EmbeddedPostgres {
public:
    enum class Severity { Info, Error };

    struct Options {
        QString dataDirectory = {};
        int connections = 50;                       ///< that it takes at once, the administrator's included
        QString programDirectory = {};              ///< where `postgres` and `initdb` are; empty: the newest that is found (15 or newer)
        QString runAs = QStringLiteral("postgres"); ///< the account to drop to from root
        bool durable = true;                        ///< false (fsync off) only for tests: a power cut destroys the cluster
        std::chrono::milliseconds watchTime{5'000}; ///< how often it looks whether a package upgrade replaced the program
        /// Told what happened, in a sentence, from any thread; for the log.
        std::function<void(Severity, const QString &)> tell = {};
    };

    /// Makes the cluster if there is none, starts it and returns when it takes connections. The problem's detail is a
    /// sentence for the operator with what to do. Another server on the same data directory is refused.
    static Result<std::unique_ptr<EmbeddedPostgres>> start(Options options);
    /// Stops the cluster (fast shutdown).
    ~EmbeddedPostgres();
    EmbeddedPostgres(const EmbeddedPostgres &) = delete;
    EmbeddedPostgres &operator=(const EmbeddedPostgres &) = delete;

    /// As the role that serves: `aegis_app`, which the migrator makes and which row-level security holds.
    ConnectionString serving(const QByteArray &database = "aegis") const;
    /// As the superuser, for migrations and tests only.
    ConnectionString administrator(const QByteArray &database = "aegis") const;
    /// Makes the database, if it is not there. start() does so for a cluster that it makes; one that was killed right then has none. Blocks.
    Result<void> ensureDatabase() const;
    /// The process at present; 0 between a crash and the restart.
    qint64 processId() const;
    /// How often it was started again.
    int restarts() const;

private:
    class Private;
    explicit EmbeddedPostgres(std::unique_ptr<Private> d);

    std::unique_ptr<Private> d;
};

} // namespace aegis
