#include "tests/support/ServerProcess.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonDocument>
#include <QtCore/QStorageInfo>
#include <QtCore/QUrl>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace aegis::test {
namespace {

using Clock = std::chrono::steady_clock;

QJsonObject lineObject(const QByteArray &line)
{
    const QJsonDocument document = QJsonDocument::fromJson(line);
    return document.isObject() ? document.object() : QJsonObject{{QStringLiteral("text"), QString::fromUtf8(line)}};
}

/// In memory where there is room: these tests kill processes, not the kernel, so what was written is kept all the same, and
/// a new cluster does not wait for hundreds of files to reach the disk.
QString placeForData()
{
    const QStorageInfo memory(QStringLiteral("/dev/shm"));
    const bool isRoomy = memory.isValid() && memory.rootPath() == QStringLiteral("/dev/shm") && memory.bytesAvailable() > qint64(1) << 30;
    return isRoomy && QFileInfo(memory.rootPath()).isWritable() ? memory.rootPath() : QDir::tempPath();
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

DataDirectory::DataDirectory() : m_directory(placeForData() + QStringLiteral("/aegis-process-XXXXXX"))
{
    if (!m_directory.isValid())
        qFatal("no temporary directory: %s", qPrintable(m_directory.errorString()));
    ::chmod(QFile::encodeName(path()).constData(), 0711);
}

QList<qint64> DataDirectory::postgresProcesses() const
{
    const QString home = QFileInfo(file(QStringLiteral("postgres/data"))).canonicalFilePath();
    QList<qint64> processes;
    const QStringList entries = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &entry : entries) {
        bool isProcess = false;
        const qint64 id = entry.toLongLong(&isProcess);
        if (isProcess && !home.isEmpty() && QFile::symLinkTarget(QStringLiteral("/proc/%1/cwd").arg(id)) == home)
            processes.append(id);
    }
    return processes;
}

qint64 DataDirectory::postmaster() const
{
    QFile file(this->file(QStringLiteral("postgres/data/postmaster.pid")));
    const qint64 id = file.open(QIODevice::ReadOnly) ? file.readLine().trimmed().toLongLong() : 0;
    return postgresProcesses().contains(id) ? id : 0;
}

class ServerProcess::Private {
public:
    void read();
    bool isEnded() const { return status.has_value(); }
    void reap(std::chrono::milliseconds time);

    std::map<QByteArray, QByteArray> environment;
    std::optional<rlimit> descriptors;
    pid_t id = 0;
    int descriptor = -1;              ///< pidfd
    std::optional<int> status;        ///< once it has ended
    std::array<int, 2> pipes{-1, -1}; ///< where its output and its error output arrive
    std::thread reader;
    QString url;

    mutable std::mutex mutex;
    mutable std::condition_variable arrived;
    std::array<QByteArray, 2> texts; ///< under the mutex
    bool readerHasEnded = true;      ///< under the mutex
    bool isReading = true;           ///< under the mutex
};

/// Reads both pipes until their ends: a server whose log nobody reads would stand still.
void ServerProcess::Private::read()
{
    std::array<pollfd, 2> entries{pollfd{pipes[0], POLLIN, 0}, pollfd{pipes[1], POLLIN, 0}};
    std::array<char, 65536> buffer;
    while (entries[0].fd >= 0 || entries[1].fd >= 0) {
        if (::poll(entries.data(), entries.size(), -1) < 0)
            continue;
        {
            std::unique_lock lock(mutex);
            arrived.wait(lock, [this] { return isReading; });
        }
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (entries[i].fd < 0 || entries[i].revents == 0)
                continue;
            const ssize_t count = ::read(entries[i].fd, buffer.data(), buffer.size());
            if (count <= 0) {
                entries[i].fd = -1;
                continue;
            }
            const std::lock_guard lock(mutex);
            texts[i].append(buffer.data(), count);
            arrived.notify_all();
        }
    }
    const std::lock_guard lock(mutex);
    readerHasEnded = true;
    arrived.notify_all();
}

void ServerProcess::Private::reap(std::chrono::milliseconds time)
{
    if (isEnded() || id == 0)
        return;
    const auto deadline = Clock::now() + time;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd entry{descriptor, POLLIN, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return;
        int raw = 0;
        while (::waitpid(id, &raw, 0) < 0 && errno == EINTR) {}
        status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
        ::close(descriptor);
        {
            const std::lock_guard lock(mutex);
            isReading = true; // what is left in the pipes
            arrived.notify_all();
        }
        reader.join();
        for (const int pipe : pipes)
            ::close(pipe);
        return;
    }
}

ServerProcess::ServerProcess(const DataDirectory &directory, const Environment &settings) : d(std::make_unique<Private>())
{
    d->environment = {{"PATH", "/usr/bin:/bin"},
                      {"HOME", QFile::encodeName(directory.path())},
                      {"LC_ALL", "C.UTF-8"},
                      {"DATA_DIR", QFile::encodeName(directory.path())},
                      {"PORT", "0"},
                      {"LOG_FORMAT", "json"},
                      {"LOG_LEVEL", "debug"},
                      {"ARGON2_MEMORY_KIB", "8192"},
                      {"ARGON2_ITERATIONS", "1"}};
    // All tests come from one address and log in more often than anybody.
    for (const char *name : {"RATE_LIMIT_LOGIN", "RATE_LIMIT_SIGNUP", "RATE_LIMIT_REFRESH", "RATE_LIMIT_MFA", "RATE_LIMIT_MAIL",
                             "RATE_LIMIT_SLUG_CHECK", "RATE_LIMIT_ACCOUNT", "RATE_LIMIT_CLIENT"})
        d->environment[name] = "1000000/1m";
    d->environment["LOGIN_FAILURES"] = "1000";
    d->environment["ACCOUNT_FAILURES"] = "1000";
    for (const char *name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LLVM_PROFILE_FILE", "GCOV_PREFIX", "GCOV_PREFIX_STRIP"}) {
        if (qEnvironmentVariableIsSet(name))
            d->environment[name] = qgetenv(name);
    }
    for (const auto &[name, value] : settings) {
        if (value.isEmpty())
            d->environment.erase(name);
        else
            d->environment[name] = value;
    }
}

ServerProcess::~ServerProcess()
{
    if (isRunning()) {
        ::kill(d->id, SIGTERM);
        d->reap(std::chrono::seconds(5));
    }
    kill();
}

void ServerProcess::limitDescriptors(unsigned soft, unsigned hard)
{
    d->descriptors = rlimit{.rlim_cur = soft, .rlim_max = hard};
}

void ServerProcess::launch(const QStringList &arguments)
{
    kill(); // of one before
    std::vector<QByteArray> words{QByteArray(AEGISD)};
    for (const QString &argument : arguments)
        words.push_back(argument.toUtf8());
    std::vector<QByteArray> variables;
    for (const auto &[name, value] : d->environment)
        variables.push_back(name + '=' + value);
    const std::vector<char *> wordPointers = pointersTo(words);
    const std::vector<char *> variablePointers = pointersTo(variables);
    std::array<std::array<int, 2>, 2> pipes{};
    for (auto &pipe : pipes) {
        if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
            qFatal("no pipe");
    }
    const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);

    const pid_t parent = ::getpid();
    d->id = ::fork();
    if (d->id == 0) { // only what is async-signal-safe from here on
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent || ::dup2(null, 0) < 0 || ::dup2(pipes[0][1], 1) < 0 || ::dup2(pipes[1][1], 2) < 0)
            ::_exit(125);
        if (d->descriptors && ::setrlimit(RLIMIT_NOFILE, &*d->descriptors) != 0)
            ::_exit(124);
        ::execve(wordPointers.front(), wordPointers.data(), variablePointers.data());
        ::_exit(127);
    }
    d->descriptor = d->id > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, d->id, 0)) : -1;
    if (d->descriptor < 0)
        qFatal("aegisd cannot be started: %s", std::generic_category().message(errno).c_str());
    ::close(null);
    for (std::size_t i = 0; i < pipes.size(); ++i) {
        ::close(pipes[i][1]);
        d->pipes[i] = pipes[i][0];
        d->texts[i].clear();
    }
    d->status.reset();
    d->url.clear();
    d->readerHasEnded = false;
    d->reader = std::thread([this] { d->read(); });
}

bool ServerProcess::start()
{
    launch();
    return becomesReady();
}

bool ServerProcess::becomesReady()
{
    const auto ready = waitForEvent(QStringLiteral("ready"), 0, std::chrono::seconds(40));
    if (!ready) {
        d->reap(std::chrono::milliseconds(0));
        return false;
    }
    d->url = ready->value(QStringLiteral("url")).toString();
    return true;
}

int ServerProcess::run(const QStringList &arguments)
{
    launch(arguments);
    return waitForExit(std::chrono::seconds(40)).value_or(-1);
}

qint64 ServerProcess::id() const
{
    return d->id;
}

bool ServerProcess::isRunning() const
{
    d->reap(std::chrono::milliseconds(0));
    return d->id != 0 && !d->isEnded();
}

QString ServerProcess::url() const
{
    return d->url;
}

quint16 ServerProcess::port() const
{
    return static_cast<quint16>(QUrl(d->url).port(0));
}

void ServerProcess::stopReading()
{
    const std::lock_guard lock(d->mutex);
    d->isReading = false;
}

void ServerProcess::signal(int number) const
{
    if (isRunning())
        ::kill(d->id, number);
}

void ServerProcess::kill()
{
    if (!isRunning())
        return;
    ::kill(d->id, SIGKILL);
    d->reap(std::chrono::seconds(20));
}

std::optional<int> ServerProcess::waitForExit(std::chrono::milliseconds time) const
{
    d->reap(time);
    return d->status;
}

std::optional<int> ServerProcess::stop() const
{
    signal(SIGTERM);
    return waitForExit();
}

std::optional<QJsonObject> ServerProcess::waitForEvent(const QString &event, qsizetype from, std::chrono::milliseconds time) const
{
    const auto deadline = Clock::now() + time;
    qsizetype begin = 0; // of the next line
    qsizetype number = 0;
    std::unique_lock lock(d->mutex);
    for (;;) {
        const QByteArray &text = d->texts[1];
        for (qsizetype end = 0; (end = text.indexOf('\n', begin)) >= 0; begin = end + 1, ++number) {
            if (number < from)
                continue;
            const QJsonObject line = lineObject(text.mid(begin, end - begin));
            if (line.value(QStringLiteral("event")).toString() == event)
                return line;
        }
        if (d->readerHasEnded || d->arrived.wait_until(lock, deadline) == std::cv_status::timeout)
            return std::nullopt;
    }
}

QList<QJsonObject> ServerProcess::logLines() const
{
    QList<QJsonObject> lines;
    const QByteArray text = errorOutput();
    for (qsizetype begin = 0, end = 0; (end = text.indexOf('\n', begin)) >= 0; begin = end + 1)
        lines.append(lineObject(text.mid(begin, end - begin)));
    return lines;
}

QByteArray ServerProcess::output() const
{
    const std::lock_guard lock(d->mutex);
    return d->texts[0];
}

QByteArray ServerProcess::errorOutput() const
{
    const std::lock_guard lock(d->mutex);
    return d->texts[1];
}

} // namespace aegis::test
