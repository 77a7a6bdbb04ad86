#include "tests/bench/Child.h"

#include "tests/bench/BenchmarkFailed.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

#include <unistd.h>

namespace aegis::bench {
namespace {

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The fields of /proc/PID/stat from the third one on: the second is a name in brackets, with whatever is in it.
QList<QByteArray> statFields(qint64 process)
{
    const QByteArray stat = readAll(QStringLiteral("/proc/%1/stat").arg(process));
    return stat.mid(stat.lastIndexOf(')') + 2).split(' ');
}

double ticksInSeconds(const QList<QByteArray> &fields, qsizetype first, qsizetype count)
{
    double ticks = 0;
    for (const QByteArray &field : fields.sliced(first, count))
        ticks += field.toDouble();
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

QList<QByteArray> childrenOf(qint64 parent)
{
    const QByteArray list = readAll(QStringLiteral("/proc/%1/task/%1/children").arg(parent)).trimmed();
    return list.isEmpty() ? QList<QByteArray>() : list.split(' ');
}

} // namespace

Child::Child(const Command &command)
{
    m_process.setProcessEnvironment(command.environment);
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(command.logFile, QIODevice::Append);
    m_process.start(command.program, command.arguments, QIODevice::ReadOnly);
    if (!m_process.waitForStarted(5'000))
        throw BenchmarkFailed(QStringLiteral("%1 does not start: %2").arg(command.program, m_process.errorString()));
}

Child::~Child()
{
    stop();
}

bool Child::isRunning()
{
    return m_process.state() == QProcess::Running && !m_process.waitForFinished(0);
}

void Child::stop()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(20'000)) {
        m_process.kill();
        m_process.waitForFinished(5'000);
    }
}

double cpuSeconds(qint64 process)
{
    const QList<QByteArray> fields = statFields(process);
    if (fields.size() < 13)
        throw BenchmarkFailed(QStringLiteral("process %1 has ended").arg(process));
    return ticksInSeconds(fields, 11, 2);
}

double familyCpuSeconds(qint64 process)
{
    const QList<QByteArray> fields = statFields(process);
    double seconds = fields.size() < 15 ? 0 : ticksInSeconds(fields, 11, 4); // with those of children that were waited for
    for (const QByteArray &child : childrenOf(process))
        seconds += familyCpuSeconds(child.toLongLong());
    return seconds;
}

qint64 childOf(qint64 parent)
{
    return childrenOf(parent).value(0).toLongLong();
}

double residentMib(qint64 process)
{
    for (const QByteArray &line : readAll(QStringLiteral("/proc/%1/status").arg(process)).split('\n')) {
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').value(0).toDouble() / 1024;
    }
    throw BenchmarkFailed(QStringLiteral("process %1 has ended").arg(process));
}

QProcessEnvironment bareEnvironment()
{
    QProcessEnvironment environment;
    environment.insert(QStringLiteral("PATH"), qEnvironmentVariable("PATH"));
    environment.insert(QStringLiteral("HOME"), QDir::homePath());
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    return environment;
}

} // namespace aegis::bench
