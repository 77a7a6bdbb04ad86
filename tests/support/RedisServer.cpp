#include "tests/support/RedisServer.h"

#include "tests/support/FreePort.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QStandardPaths>
#include <QtCore/QThread>
#include <QtNetwork/QTcpSocket>

#include <sys/prctl.h>

#include <csignal>

namespace aegis::test {

RedisServer::RedisServer(const QByteArray &password) : m_password(password), m_plainPort(freePort()), m_port(m_plainPort)
{
    start();
}

RedisServer::RedisServer(const QByteArray &password, SelfSigned certificate) :
    m_password(password), m_certificate(std::move(certificate)), m_plainPort(freePort()), m_port(freePort())
{
    start();
}

RedisServer::~RedisServer()
{
    goOn();
    kill();
}

void RedisServer::start()
{
    const QString program = QStandardPaths::findExecutable(QStringLiteral("redis-server"));
    if (program.isEmpty())
        qFatal("redis-server is not installed (see .dev/packages)");
    QStringList arguments{QStringLiteral("--port"),       QString::number(m_plainPort),
                          QStringLiteral("--bind"),       QStringLiteral("127.0.0.1"),
                          QStringLiteral("--save"),       QString(),
                          QStringLiteral("--appendonly"), QStringLiteral("no"),
                          QStringLiteral("--dir"),        m_directory.path()};
    if (!m_password.isEmpty())
        arguments << QStringLiteral("--requirepass") << QString::fromLatin1(m_password);
    if (m_certificate) {
        arguments << QStringLiteral("--tls-port") << QString::number(m_port);
        arguments << QStringLiteral("--tls-cert-file") << file(QStringLiteral("certificate.pem"), m_certificate->certificate);
        arguments << QStringLiteral("--tls-key-file") << file(QStringLiteral("key.pem"), m_certificate->key);
        arguments << QStringLiteral("--tls-auth-clients") << QStringLiteral("no");
    }
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
    m_process.setStandardOutputFile(QProcess::nullDevice());
    m_process.setStandardErrorFile(QProcess::nullDevice());
    m_process.start(program, arguments, QIODevice::ReadOnly);
    if (!m_process.waitForStarted())
        qFatal("redis-server does not start: %s", qPrintable(m_process.errorString()));
    QElapsedTimer timer;
    timer.start();
    while (!ask("PING").startsWith('+')) {
        if (timer.elapsed() > 20'000 || m_process.state() != QProcess::Running)
            qFatal("redis-server does not answer");
        QThread::msleep(5);
    }
}

QByteArray RedisServer::ask(const QByteArray &command) const
{
    QTcpSocket socket;
    socket.connectToHost(QHostAddress(QHostAddress::LocalHost), m_plainPort);
    if (!socket.waitForConnected(2'000))
        return {};
    if (!m_password.isEmpty()) {
        socket.write("AUTH " + m_password + "\r\n");
        socket.waitForReadyRead(2'000);
        socket.readAll();
    }
    socket.write(command + "\r\n");
    return socket.waitForReadyRead(2'000) ? socket.readAll() : QByteArray();
}

QString RedisServer::file(const QString &name, const QByteArray &content) const
{
    QFile file(m_directory.filePath(name));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("%s cannot be written", qPrintable(file.fileName()));
    return file.fileName();
}

void RedisServer::signal(int number)
{
    if (m_process.state() == QProcess::Running)
        ::kill(static_cast<pid_t>(m_process.processId()), number);
}

void RedisServer::kill()
{
    signal(SIGKILL);
    m_process.waitForFinished(10'000);
}

void RedisServer::hang()
{
    signal(SIGSTOP);
}

void RedisServer::goOn()
{
    signal(SIGCONT);
}

} // namespace aegis::test
