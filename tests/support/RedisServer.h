#pragma once

#include "tests/server/http/transport/SelfSigned.h"

#include <QtCore/QByteArray>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

#include <optional>

namespace aegis::test {

/// A real redis-server as a child of the test, on a port of 127.0.0.1, that keeps nothing. It ends with this object.
class RedisServer {
public:
    /// With `password`, if it is not empty. Whatever goes wrong ends the program.
    explicit RedisServer(const QByteArray &password = {});
    /// That speaks TLS at port(), with this certificate.
    RedisServer(const QByteArray &password, SelfSigned certificate);
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

    QString file(const QString &name, const QByteArray &content) const;

    const QByteArray m_password;
    const std::optional<SelfSigned> m_certificate;
    const quint16 m_plainPort;
    const quint16 m_port; ///< the same without TLS
    QTemporaryDir m_directory;
    QProcess m_process;
};

} // namespace aegis::test
