#pragma once

#include "tests/bench/Child.h"

#include <QtCore/QJsonObject>

#include <chrono>
#include <map>

namespace aegis::bench {

/// A person who has signed up an organization.
struct Account {
    QByteArray email;
    QByteArray user;
    QByteArray organization;
    QByteArray session;
    QByteArray accessToken;
    QByteArray refreshToken;

    static Account of(const QJsonObject &answer);
};

/// An aegisd that runs as by its defaults, with a data directory of its own, on a port of 127.0.0.1.
class AegisServer {
public:
    /// The password of everybody.
    static constexpr const char *password = "Quiet-Harbour-41-Lantern";

    /// Starts it, and waits until `/health/ready` says yes. `settings` stand against the defaults.
    AegisServer(const QString &program, QString directory, const std::map<QString, QString> &settings = {});

    quint16 port() const { return m_port; }
    qint64 id() const { return m_child.id(); }
    /// From the start of the process to the first 200 of `/health/ready`.
    std::chrono::duration<double, std::milli> startTime() const { return m_startTime; }
    /// The postmaster of its PostgreSQL.
    qint64 databaseId() const;
    /// Where the socket of that is.
    QString socketDirectory() const;

    /// Signs up one person more.
    Account signUp();

private:
    QByteArray ask(const QByteArray &request, int wanted) const;
    /// A line of postmaster.pid, from 0.
    QByteArray postmasterLine(int line) const;

    const QString m_directory;
    const quint16 m_port;
    const std::chrono::steady_clock::time_point m_begin;
    Child m_child;
    std::chrono::duration<double, std::milli> m_startTime{};
};

/// A POST of a JSON document.
QByteArray postOf(const char *path, const QByteArray &json);
/// The body of `POST /auth/signup` of somebody whom nobody has met.
QByteArray newcomer();

} // namespace aegis::bench
