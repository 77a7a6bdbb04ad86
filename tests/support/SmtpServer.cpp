#include "tests/support/SmtpServer.h"

#include "tests/server/http/transport/SelfSigned.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

namespace aegis::test {
namespace {

void write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(path));
}

ReceivedMail read(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(path));
    const QJsonObject json = QJsonDocument::fromJson(file.readAll()).object();
    ReceivedMail mail;
    mail.raw = QByteArray::fromBase64(json[QLatin1String("raw")].toString().toLatin1());
    mail.to = json[QLatin1String("to")][0].toString();
    const QJsonArray headers = json[QLatin1String("headers")].toArray();
    for (const QJsonValue header : headers)
        mail.headers.emplace(header[0].toString(), header[1].toString());
    mail.plain = json[QLatin1String("plain")].toString();
    mail.html = json[QLatin1String("html")].toString();
    const QJsonArray defects = json[QLatin1String("defects")].toArray();
    for (const QJsonValue defect : defects)
        mail.defects.append(defect.toString());
    mail.isEncrypted = json[QLatin1String("tls")].toBool();
    mail.isAuthenticated = json[QLatin1String("authenticated")].toBool();
    return mail;
}

} // namespace

SmtpServer::SmtpServer(Options options) : m_options(std::move(options))
{
    const SelfSigned identity = makeSelfSigned("localhost");
    write(caFile(), identity.certificate);
    write(m_directory.filePath(QStringLiteral("key.pem")), identity.key);
    QDir(m_directory.path()).mkdir(QStringLiteral("mails"));
    start();
}

SmtpServer::~SmtpServer()
{
    kill();
}

void SmtpServer::start()
{
    // Debian's Python, which has the package.
    m_process.start(QStringLiteral("/usr/bin/python3"),
                    {QStringLiteral(AEGIS_SMTP_SERVER), QStringLiteral("--directory"), m_directory.filePath(QStringLiteral("mails")),
                     QStringLiteral("--port"), QString::number(m_port), QStringLiteral("--tls"), QString::fromLatin1(m_options.tls),
                     QStringLiteral("--certificate"), caFile(), QStringLiteral("--key"), m_directory.filePath(QStringLiteral("key.pem")),
                     QStringLiteral("--user"), m_options.user, QStringLiteral("--password"), m_options.password});
    while (!m_process.canReadLine()) {
        if (!m_process.waitForReadyRead(30'000))
            qFatal("the test's mail server (python3-aiosmtpd) does not start: %s", m_process.readAllStandardError().constData());
    }
    m_port = m_process.readLine().trimmed().toInt();
}

void SmtpServer::kill()
{
    m_process.kill();
    m_process.waitForFinished();
}

bool SmtpServer::isRunning()
{
    m_process.waitForFinished(0);
    return m_process.state() == QProcess::Running;
}

bool SmtpServer::hasHeardAPassword() const
{
    return QFile::exists(m_directory.filePath(QStringLiteral("mails/password-in-the-clear.once")));
}

std::map<QByteArray, QByteArray> SmtpServer::settings() const
{
    return {{"SMTP_HOST", "localhost"},
            {"SMTP_PORT", QByteArray::number(m_port)},
            {"SMTP_TLS", m_options.tls},
            {"SMTP_CA_FILE", caFile().toUtf8()},
            {"SMTP_USER", m_options.user.toUtf8()},
            {"SMTP_PASSWORD", m_options.password.toUtf8()},
            {"MAIL_FROM", "Analytical Engines <accounts@engines.example>"},
            {"MAIL_POLL", "20ms"}};
}

std::vector<ReceivedMail> SmtpServer::mails() const
{
    std::vector<ReceivedMail> all;
    const QDir directory(m_directory.filePath(QStringLiteral("mails")));
    const QStringList names = directory.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Time | QDir::Reversed);
    for (const QString &name : names)
        all.push_back(read(directory.filePath(name)));
    return all;
}

} // namespace aegis::test
