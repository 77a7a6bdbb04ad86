#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>
#include <QtCore/QString>
#include <QtCore/QStringList>
#include <QtCore/QTemporaryDir>

#include <chrono>
#include <map>
#include <memory>
#include <optional>

namespace aegis::test {

/// A data directory that goes with the test, and that the account of PostgreSQL can pass through when the tests run as root.
class DataDirectory {
public:
    DataDirectory();

    QString path() const { return m_directory.path(); }
    QString file(const QString &name) const { return m_directory.filePath(name); }
    /// The processes that work in the embedded cluster's directory: the postmaster and its children.
    QList<qint64> postgresProcesses() const;
    /// The one of them that the others come from; 0: none runs.
    qint64 postmaster() const;

private:
    QTemporaryDir m_directory;
};

/// A real `aegisd` as a child of the test. It serves on a port of 127.0.0.1 that the kernel chooses, hashes cheaply, and
/// logs JSON at level debug unless told otherwise; of the test's own environment it sees nothing. It ends, at the latest,
/// with this object or with the thread that started it. To be used by one thread.
class ServerProcess {
public:
    using Environment = std::map<QByteArray, QByteArray>;

    /// Nothing is started yet. `settings` win over the defaults said above; an empty value takes one away.
    explicit ServerProcess(const DataDirectory &directory, const Environment &settings = {});
    ~ServerProcess();
    ServerProcess(const ServerProcess &) = delete;
    ServerProcess &operator=(const ServerProcess &) = delete;

    /// What a start from now on may have open: the soft and the hard limit, which is not above the test's own.
    void limitDescriptors(unsigned soft, unsigned hard);

    /// Starts `aegisd run` and waits until it says that it is ready; false when it ended, or said nothing for too long:
    /// `errorOutput()` has its reasons.
    bool start();
    /// Starts `aegisd` with these arguments and does not wait.
    void launch(const QStringList &arguments = {QStringLiteral("run")});
    /// The rest of start().
    bool becomesReady();
    /// The same, and waits for its end; gives the exit code.
    int run(const QStringList &arguments);

    qint64 id() const;
    bool isRunning() const;
    /// Where it answers; after start().
    QString url() const;
    quint16 port() const;

    /// From now on nobody reads what it writes, until it has ended.
    void stopReading();
    /// Sends it a signal, to it alone.
    void signal(int number) const;
    /// SIGKILL, and waits until it is gone.
    void kill();
    /// Waits for its end; the exit code, 128 + the signal that ended it, or nothing when it runs on.
    std::optional<int> waitForExit(std::chrono::milliseconds time = std::chrono::seconds(20)) const;
    /// SIGTERM, and waits for the end; as waitForExit().
    std::optional<int> stop() const;

    /// The first line of the log with that event that comes after the `from`th line, waited for if need be; nothing when
    /// it does not come.
    std::optional<QJsonObject> waitForEvent(const QString &event, qsizetype from = 0,
                                            std::chrono::milliseconds time = std::chrono::seconds(20)) const;
    /// The lines of the log up to now, those that are no JSON objects as an object with the member "text" alone.
    QList<QJsonObject> logLines() const;
    QByteArray output() const;
    QByteArray errorOutput() const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace aegis::test

/// Fails the test with what the server said when it did not start.
#define QVERIFY_STARTS(server) QVERIFY2((server).start(), (server).errorOutput().constData())
