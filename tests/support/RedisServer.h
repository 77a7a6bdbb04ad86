#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

namespace aegis::test {

/// A real redis-server as a child of the test, on a port of 127.0.0.1, that keeps nothing. It ends with this object.
class RedisServer {
public:
    /// With `password`, if it is not empty. Whatever goes wrong ends the program.
    explicit RedisServer(const QByteArray &password = {});
    ~RedisServer();
    RedisServer(const RedisServer &) = delete;
    RedisServer &operator=(const RedisServer &) = delete;

    quint16 port() const { return m_port; }
    /// What it answers to a command in its inline form.
    QByteArray ask(const QByteArray &command) const;

    /// SIGKILL, and waits until it is gone.
    void kill();
    /// Again on the same port, empty.
    void start();
    /// It is there and does not answer, until goOn().
    void hang();
    void goOn();

private:
    void signal(int number);

    const QByteArray m_password;
    quint16 m_port = 0;
    QTemporaryDir m_directory;
    QProcess m_process;
};

} // namespace aegis::test
