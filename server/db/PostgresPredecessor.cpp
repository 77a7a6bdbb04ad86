#include "server/db/PostgresPredecessor.h"

#include "server/db/PostgresSurvivors.h"

#include <QtCore/QFile>

#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <thread>

namespace aegis {
namespace {

using namespace std::chrono_literals;

/// After that the one that an aegisd has left is asked to end: until then it is already doing so, for it ends with that one.
constexpr auto patience = 3s;
/// A server that was not written down may be one of ours all the same, of an older version or killed in between; then it ends soon.
constexpr auto grace = 1s;
constexpr auto longestWait = 15s;

/// The server has been asked to end and closes its files: line 8 of postmaster.pid (pidfile.h).
bool isStopping(const QList<QByteArray> &pidFile)
{
    return pidFile.value(7).trimmed() == "stopping";
}

} // namespace

ProcessMark ProcessMark::of(pid_t id)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(id));
    if (id <= 0 || !file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray stat = file.readAll();
    // The name of the program, field 2, may hold anything but ends with the last bracket; what follows begins with field 3.
    const QList<QByteArray> fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    bool isNumber = false;
    const quint64 begun = fields.value(19).toULongLong(&isNumber);
    return isNumber ? ProcessMark{id, begun} : ProcessMark{};
}

ProcessMark ProcessMark::parse(const QByteArray &text)
{
    const QList<QByteArray> words = text.split(' ');
    bool isId = false;
    bool isTime = false;
    const ProcessMark mark{words.value(1).toInt(&isId), words.value(2).toULongLong(&isTime)};
    return words.size() == 3 && words.at(0) == "postgres" && isId && isTime && mark.id > 1 ? mark : ProcessMark{};
}

Result<void> PostgresPredecessor::waitForEnd(const std::function<QList<QByteArray>()> &pidFile, const Tell &tell) const
{
    const auto begun = std::chrono::steady_clock::now();
    bool isAsked = false;
    for (;;) {
        const QList<QByteArray> lines = pidFile();
        const pid_t process = lines.value(0).trimmed().toInt();
        // Opened before it is looked at: a signal through it reaches that process or none.
        const int descriptor = process > 1 ? static_cast<int>(syscall(SYS_pidfd_open, process, 0)) : -1;
        const bool isRunning = descriptor >= 0 && isPostgresAt(process, m_data, m_account);
        const bool isOurs = isRunning && ProcessMark::of(process) == m_recorded;
        const auto waited = std::chrono::steady_clock::now() - begun;
        if (isOurs && waited > patience && !std::exchange(isAsked, true)) {
            syscall(SYS_pidfd_send_signal, descriptor, SIGINT, nullptr, 0);
            tell(QStringLiteral("PostgreSQL (process %1), which an earlier aegisd has left, was asked to end").arg(process));
        }
        if (descriptor >= 0)
            close(descriptor);
        if (!isRunning)
            return {};
        if (!isOurs && waited > grace && !isStopping(lines)) {
            return Problem(ProblemCode::Internal,
                           QStringLiteral("PostgreSQL (process %1) was started by somebody else in %2: stop it first, when it is no longer needed "
                                          "(`kill -INT %1`)")
                               .arg(QString::number(process), m_data));
        }
        if (waited > longestWait) {
            return Problem(ProblemCode::Internal,
                           QStringLiteral("a PostgreSQL server of before (process %1) still runs in %2 and does not end: stop it")
                               .arg(QString::number(process), m_data));
        }
        std::this_thread::sleep_for(5ms);
    }
}

} // namespace aegis
