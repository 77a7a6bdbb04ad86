#include "server/db/PostgresSurvivors.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace aegis {
namespace {

using namespace std::chrono_literals;

/// Who has not noticed by then does not notice soon.
constexpr auto grace = 500ms;
/// For the kernel to take away one that was killed.
constexpr auto longestWait = 5s;

QList<pid_t> survivors(const QString &data, uid_t account)
{
    QList<pid_t> found;
    for (const QString &entry : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        bool isProcess = false;
        const pid_t process = entry.toInt(&isProcess);
        if (isProcess && isPostgresAt(process, data, account))
            found.append(process);
    }
    return found;
}

/// Opened before it is looked at: the signal reaches that process or none.
bool killIfPostgres(pid_t process, const QString &data, uid_t account)
{
    const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
    if (descriptor < 0)
        return false;
    const bool isKilled = isPostgresAt(process, data, account) && syscall(SYS_pidfd_send_signal, descriptor, SIGKILL, nullptr, 0) == 0;
    close(descriptor);
    return isKilled;
}

} // namespace

bool isPostgresAt(pid_t process, const QString &data, uid_t account)
{
    const QString entry = QStringLiteral("/proc/%1").arg(process);
    struct stat owner {};
    if (process <= 1 || stat(QFile::encodeName(entry).constData(), &owner) != 0 || owner.st_uid != account)
        return false;
    QString program = QFileInfo(QFile::symLinkTarget(entry + QStringLiteral("/exe"))).fileName();
    program.remove(QStringLiteral(" (deleted)")); // after an upgrade of the package
    return program == QStringLiteral("postgres") && QFile::symLinkTarget(entry + QStringLiteral("/cwd")) == QFileInfo(data).canonicalFilePath();
}

int endSurvivors(const QString &data, uid_t account)
{
    const auto begun = std::chrono::steady_clock::now();
    QList<pid_t> killed;
    for (;;) {
        const QList<pid_t> left = survivors(data, account);
        const auto waited = std::chrono::steady_clock::now() - begun;
        if (left.isEmpty() || waited > longestWait)
            return static_cast<int>(killed.size());
        for (const pid_t process : waited > grace ? left : QList<pid_t>()) {
            if (!killed.contains(process) && killIfPostgres(process, data, account))
                killed.append(process);
        }
        std::this_thread::sleep_for(5ms);
    }
}

} // namespace aegis
