#pragma once

#include "shared/result/Result.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace aegis {

/// The account that PostgreSQL runs as: it refuses root.
struct SystemAccount {
    QByteArray name;
    QByteArray home;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    bool isOther = false; ///< not that of this process: it is changed to between fork and exec

    /// That of this process, or `name` when this process is root's.
    static Result<SystemAccount> choose(const QString &name);
    /// The first directory on the way to the path that the account cannot enter; empty when it can go all the way.
    QString barrierOn(const QString &path) const;
};

/// A program that ends with the thread that started it: when that thread ends (and so at the latest with the process, a
/// killed one too) the kernel sends it SIGINT. It has a process group of its own, so that Ctrl-C does not reach it, and an
/// environment that holds nothing of ours.
class PostgresProcess {
public:
    /// Its output is appended to the log file.
    static Result<PostgresProcess> start(const std::vector<QByteArray> &arguments, const SystemAccount &account, const QByteArray &logFile);

    PostgresProcess(PostgresProcess &&other) noexcept;
    PostgresProcess &operator=(PostgresProcess &&) = delete;
    PostgresProcess(const PostgresProcess &) = delete;
    /// It must have ended.
    ~PostgresProcess();

    pid_t id() const { return m_id; }
    /// Becomes readable when it has ended.
    int descriptor() const { return m_descriptor; }
    /// Waits; false when it still runs.
    bool waitForEnd(std::chrono::milliseconds time);
    /// How it ended, in words; empty when the exit code was 0.
    QString failure() const;
    /// Asks with SIGINT, then with SIGQUIT, at last with SIGKILL.
    void stop();

private:
    PostgresProcess(pid_t id, int descriptor) : m_id(id), m_descriptor(descriptor) {}

    pid_t m_id;
    int m_descriptor;
    bool m_ended = false;
    int m_status = 0;
};

} // namespace aegis
