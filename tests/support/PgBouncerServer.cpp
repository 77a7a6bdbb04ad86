#include "tests/support/PgBouncerServer.h"

#include "tests/support/FreePort.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QStandardPaths>
#include <QtCore/QThread>
#include <QtNetwork/QHostAddress>
#include <QtNetwork/QTcpSocket>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

namespace aegis::test {
namespace {

QString program()
{
    return QStandardPaths::findExecutable(QStringLiteral("pgbouncer"), {QStringLiteral("/usr/sbin"), QStringLiteral("/usr/bin")});
}

} // namespace

bool PgBouncerServer::isInstalled()
{
    return !program().isEmpty();
}

PgBouncerServer::PgBouncerServer(const ConnectionString &behind) : m_port(freePort())
{
    const QByteArray sockets = behind.value("host");
    // It does not run as root, and may enter where the sockets are as their owner alone.
    struct stat owner {};
    if (::stat(sockets.constData(), &owner) != 0 || ::chmod(QFile::encodeName(m_directory.path()).constData(), 0755) != 0)
        qFatal("%s cannot be looked at", sockets.constData());
    const QString users = file(QStringLiteral("users.txt"), "\"" + behind.value("user") + "\" \"\"\n");
    const QString settings = file(QStringLiteral("pgbouncer.ini"),
                                  "[databases]\n" + behind.value("dbname") + " = host=" + sockets
                                      + "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + QByteArray::number(m_port)
                                      + "\nunix_socket_dir =\nauth_type = trust\nauth_file = " + QFile::encodeName(users)
                                      + "\npool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 200\n");
    m_process.setChildProcessModifier([owner] {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::geteuid() == 0 && (::setgid(owner.st_gid) != 0 || ::setuid(owner.st_uid) != 0))
            ::_exit(127);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL); // it was taken away with the rights
    });
    m_process.setStandardOutputFile(QProcess::nullDevice());
    m_process.setStandardErrorFile(m_directory.filePath(QStringLiteral("log")));
    m_process.start(program(), {settings}, QIODevice::ReadOnly);
    QElapsedTimer timer;
    timer.start();
    for (bool listens = false; !listens;) {
        if (!m_process.waitForStarted() || m_process.state() != QProcess::Running || timer.elapsed() > 20'000)
            qFatal("pgbouncer does not start");
        QTcpSocket socket;
        socket.connectToHost(QHostAddress(QHostAddress::LocalHost), m_port);
        listens = socket.waitForConnected(1'000);
        if (!listens)
            QThread::msleep(5);
    }
}

PgBouncerServer::~PgBouncerServer()
{
    m_process.kill();
    m_process.waitForFinished();
}

QString PgBouncerServer::file(const QString &name, const QByteArray &content) const
{
    QFile file(m_directory.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("%s cannot be written", qPrintable(file.fileName()));
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther);
    return file.fileName();
}

} // namespace aegis::test
