#pragma once

#include <QtCore/QList>
#include <QtCore/QString>

#include <sys/types.h>

namespace aegis {

/// Whether that process is a PostgreSQL of the account that works in the cluster's directory `data`, and not one that was given the
/// same number, or that somebody wrote into a file. Any thread.
bool isPostgresAt(pid_t process, const QString &data, uid_t account);

/// Ends the processes that a postmaster which was killed has left behind: while one of them holds the shared memory, no new server
/// starts there. They end by themselves when they notice, but one that runs a long statement, or waits for a lock of a process that
/// was killed, does not; after a moment such a one is killed, and what it had not committed is undone by the recovery. Gives the
/// number of those. It blocks, for some seconds at most; any thread.
int endSurvivors(const QString &data, uid_t account);

} // namespace aegis
