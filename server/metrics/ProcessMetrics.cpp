#include "server/metrics/ProcessMetrics.h"

#include <QtCore/QByteArray>
#include <QtCore/QFile>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

namespace aegis {
namespace {

QByteArray contentOf(const char *path)
{
    QFile file(QString::fromLatin1(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

double countDescriptors()
{
    DIR *const directory = ::opendir("/proc/self/fd");
    if (directory == nullptr)
        return 0;
    double count = -3;                      // `.`, `..` and the directory itself
    while (::readdir(directory) != nullptr) // NOLINT(concurrency-mt-unsafe): the stream is ours
        ++count;
    ::closedir(directory);
    return count;
}

double bootSeconds()
{
    const QByteArray stat = contentOf("/proc/stat");
    const qsizetype at = stat.indexOf("\nbtime ");
    return at < 0 ? 0 : stat.mid(at + 7, stat.indexOf('\n', at + 1) - at - 7).toDouble();
}

} // namespace

std::optional<ProcessMetrics> ProcessMetrics::read()
{
    const QByteArray stat = contentOf("/proc/self/stat");
    // The name in brackets may hold anything, so the fields are counted from behind it: the first one there is field 3.
    const QList<QByteArray> fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    constexpr qsizetype userTime = 14 - 3, systemTime = 15 - 3, threads = 20 - 3, startTime = 22 - 3, virtualSize = 23 - 3, residentPages = 24 - 3;
    if (fields.size() <= residentPages)
        return std::nullopt;

    static const double boot = bootSeconds();
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    ProcessMetrics read;
    read.residentBytes = fields[residentPages].toDouble() * static_cast<double>(::sysconf(_SC_PAGESIZE));
    read.virtualBytes = fields[virtualSize].toDouble();
    read.cpuSeconds = (fields[userTime].toDouble() + fields[systemTime].toDouble()) / ticks;
    read.startSeconds = boot + fields[startTime].toDouble() / ticks;
    read.threads = fields[threads].toDouble();
    read.openDescriptors = countDescriptors();
    read.maxDescriptors = static_cast<double>(limit.rlim_cur);
    return read;
}

} // namespace aegis
