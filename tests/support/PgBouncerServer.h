#pragma once

#include "server/db/ConnectionString.h"

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

namespace aegis::test {

/// A real pgbouncer in transaction mode as a child of the test, on a port of 127.0.0.1, before a cluster that is reached by a socket.
/// It lends few connections to many clients, so that what one transaction leaves meets the next one of somebody else. It ends with
/// this object.
class PgBouncerServer {
public:
    static bool isInstalled();
    /// Before the database of that connection, for its role. Whatever goes wrong ends the program.
    explicit PgBouncerServer(const ConnectionString &behind);
    ~PgBouncerServer();
    PgBouncerServer(const PgBouncerServer &) = delete;
    PgBouncerServer &operator=(const PgBouncerServer &) = delete;

    quint16 port() const { return m_port; }

private:
    QString file(const QString &name, const QByteArray &content) const;

    const quint16 m_port;
    QTemporaryDir m_directory;
    QProcess m_process;
};

} // namespace aegis::test
