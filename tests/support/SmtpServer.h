#pragma once

#include "tests/support/ReceivedMail.h"

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

#include <memory>

namespace aegis::test {

/// A real mail server on a port of 127.0.0.1 (tests/support/smtp-server.py, which says how addressees steer it), with a
/// certificate of its own for `localhost`. It ends with this object. To be used by one thread.
class SmtpServer {
public:
    struct Options {
        QByteArray tls = "starttls"; ///< `starttls`, `implicit` or `off`
        QString user = QStringLiteral("aegis");
        QString password = QStringLiteral("mail \"secret\" ü");
    };

    explicit SmtpServer(Options options);
    SmtpServer() : SmtpServer(Options()) {}
    ~SmtpServer();
    SmtpServer(const SmtpServer &) = delete;
    SmtpServer &operator=(const SmtpServer &) = delete;

    int port() const { return m_port; }
    /// What its certificate is checked with.
    QString caFile() const { return m_directory.filePath(QStringLiteral("certificate.pem")); }
    const Options &options() const { return m_options; }
    /// The settings of a server that sends through it.
    std::map<QByteArray, QByteArray> settings() const;

    /// SIGKILL; start() brings it back on the same port, with what it has taken before.
    void kill();
    void start();
    /// False once it has died.
    bool isRunning();

    /// What it has taken, in that order.
    std::vector<ReceivedMail> mails() const;
    /// Whether anybody has offered it a password without TLS.
    bool hasHeardAPassword() const;

private:
    const Options m_options;
    QTemporaryDir m_directory;
    QProcess m_process;
    int m_port = 0;
};

} // namespace aegis::test
