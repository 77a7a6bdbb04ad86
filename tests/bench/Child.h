#pragma once

#include <QtCore/QProcess>

namespace aegis::bench {

/// A program that the benchmark has started, and that ends with this object. One thread.
class Child {
public:
    struct Command {
        QString program;
        QStringList arguments;
        QProcessEnvironment environment;
        QString logFile; ///< takes both outputs
    };
    explicit Child(const Command &command);
    ~Child();
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;

    bool isRunning();
    /// Asks it to end (SIGTERM), and ends it after 20 s.
    void stop();

    qint64 id() const { return m_process.processId(); }

private:
    QProcess m_process;
};

/// Seconds of processor time that all threads of a process have used, in user and in kernel mode (/proc/PID/stat, proc(5);
/// whole hundredths).
double cpuSeconds(qint64 process);
/// The same of a process with its children, those that have ended included.
double familyCpuSeconds(qint64 process);
/// The process that has that parent, or 0.
qint64 childOf(qint64 parent);
/// Resident memory in MiB (VmRSS of /proc/PID/status).
double residentMib(qint64 process);

/// An environment in which no setting of the caller's takes part.
QProcessEnvironment bareEnvironment();

} // namespace aegis::bench
