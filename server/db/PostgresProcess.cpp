#include "server/db/PostgresProcess.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace aegis {
namespace {

/// What the child needs, made before the fork: after it, in a process with threads, only what is async-signal-safe
/// (signal-safety(7)) may be called.
struct ChildPlan {
    const char *program;
    char *const *arguments;
    char *const *environment;
    const char *logFile;
    const SystemAccount *account;
    pid_t parent;
};

[[noreturn]] void becomeProgram(const ChildPlan &plan)
{
    // The system calls themselves: the C library's functions would tell other threads, and here are none.
    if (plan.account->isOther
        && (syscall(SYS_setgroups, plan.account->groups.size(), plan.account->groups.data()) != 0
            || syscall(SYS_setresgid, plan.account->gid, plan.account->gid, plan.account->gid) != 0
            || syscall(SYS_setresuid, plan.account->uid, plan.account->uid, plan.account->uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGINT); // after the change of user, which clears it
    if (getppid() != plan.parent)
        _exit(125); // the parent went before the line above
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGCHLD, SIGUSR1, SIGUSR2})
        signal(number, SIG_DFL);
    const int log = open(plan.logFile, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    const int null = open("/dev/null", O_RDONLY);
    if (chdir("/") != 0 || log < 0 || null < 0 || dup2(null, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0)
        _exit(124);
    if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0) { // before Linux 5.9
        for (int descriptor = 3; descriptor < 4096; ++descriptor)
            close(descriptor);
    }
    execve(plan.program, plan.arguments, plan.environment);
    _exit(127);
}

std::vector<char *> pointersTo(std::vector<QByteArray> &texts)
{
    std::vector<char *> pointers;
    for (QByteArray &text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

Result<SystemAccount> SystemAccount::choose(const QString &name)
{
    const bool isRoot = geteuid() == 0;
    passwd entry{};
    passwd *found = nullptr;
    std::array<char, 16'384> buffer{};
    if (isRoot)
        getpwnam_r(name.toLocal8Bit().constData(), &entry, buffer.data(), buffer.size(), &found);
    else
        getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found);
    if (!found || (isRoot && entry.pw_uid == 0)) {
        return Problem(
            ProblemCode::Internal,
            isRoot ? QStringLiteral("PostgreSQL does not run as root, and there is no account '%1' to run it as: install the PostgreSQL server, "
                                    "which makes it, or name another account")
                         .arg(name)
                   : QStringLiteral("the account with the number %1 has no entry in /etc/passwd, which PostgreSQL needs").arg(geteuid()));
    }
    SystemAccount account{entry.pw_name, entry.pw_dir, entry.pw_uid, entry.pw_gid, {}, isRoot};
    int count = 64;
    account.groups.resize(64);
    if (getgrouplist(entry.pw_name, entry.pw_gid, account.groups.data(), &count) < 0)
        count = 1; // the first is the account's own
    account.groups.resize(static_cast<std::size_t>(count));
    return account;
}

QString SystemAccount::barrierOn(const QString &path) const
{
    QString at = QStringLiteral("/");
    QStringList parts = QDir::cleanPath(QFileInfo(path).absoluteFilePath()).split(QLatin1Char('/'), Qt::SkipEmptyParts);
    for (parts.prepend(QString()); !parts.isEmpty(); parts.removeFirst()) {
        at = QDir::cleanPath(at + QLatin1Char('/') + parts.first());
        struct stat entry {};
        if (stat(at.toLocal8Bit().constData(), &entry) != 0)
            return {};
        const bool isGroup = std::find(groups.begin(), groups.end(), entry.st_gid) != groups.end();
        const mode_t needed = entry.st_uid == uid ? S_IXUSR : isGroup ? S_IXGRP : S_IXOTH;
        if ((entry.st_mode & needed) == 0)
            return at;
    }
    return {};
}

Result<PostgresProcess> PostgresProcess::start(const std::vector<QByteArray> &arguments, const SystemAccount &account, const QByteArray &logFile)
{
    std::vector<QByteArray> words = arguments;
    std::vector<QByteArray> variables{"HOME=" + account.home, "USER=" + account.name, "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"};
    const std::vector<char *> wordPointers = pointersTo(words);
    const std::vector<char *> variablePointers = pointersTo(variables);
    const ChildPlan plan{wordPointers.front(), wordPointers.data(), variablePointers.data(), logFile.constData(), &account, getpid()};

    const pid_t child = fork();
    if (child == 0)
        becomeProgram(plan);
    const int descriptor = child > 0 ? static_cast<int>(syscall(SYS_pidfd_open, child, 0)) : -1;
    if (descriptor < 0) {
        const QString reason = qt_error_string(errno);
        if (child > 0) {
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
        }
        return Problem(ProblemCode::Internal, QStringLiteral("%1 cannot be started: %2").arg(QString::fromLocal8Bit(arguments.front()), reason));
    }
    return PostgresProcess(child, descriptor);
}

PostgresProcess::PostgresProcess(PostgresProcess &&other) noexcept :
    m_id(std::exchange(other.m_id, 0)), m_descriptor(std::exchange(other.m_descriptor, -1)), m_ended(other.m_ended), m_status(other.m_status)
{
}

PostgresProcess::~PostgresProcess()
{
    if (m_id > 0)
        stop();
    if (m_descriptor >= 0)
        close(m_descriptor);
}

bool PostgresProcess::waitForEnd(std::chrono::milliseconds time)
{
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (!m_ended) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd entry{m_descriptor, POLLIN, 0};
        const int ready = poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return false;
        while (waitpid(m_id, &m_status, 0) < 0 && errno == EINTR) {}
        m_ended = true;
    }
    return true;
}

QString PostgresProcess::failure() const
{
    if (WIFSIGNALED(m_status))
        return QStringLiteral("killed by signal %1").arg(WTERMSIG(m_status));
    return WEXITSTATUS(m_status) == 0 ? QString() : QStringLiteral("exit code %1").arg(WEXITSTATUS(m_status));
}

void PostgresProcess::stop()
{
    using namespace std::chrono_literals;
    for (const auto &[number, time] : {std::pair(SIGINT, 20s), std::pair(SIGQUIT, 5s), std::pair(SIGKILL, 5s)}) {
        if (m_ended)
            return;
        kill(m_id, number);
        waitForEnd(time);
    }
}

} // namespace aegis
