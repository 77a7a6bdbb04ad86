#include "tests/integration/SecondFactors.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryFile>

using namespace aegis;
using namespace aegis::test;

namespace {

/// What the program says on standard output; it has to succeed.
QByteArray outputOf(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(30'000) || process.exitCode() != 0)
        qFatal("%s: %s", qPrintable(program), process.readAllStandardError().constData());
    return process.readAllStandardOutput().trimmed();
}

} // namespace

/// Programs of others with what this server gives out: an authenticator app (oathtool) and a camera (zbarimg). Both are in
/// .dev/packages.
class TestOtpInterop : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"MFA_ISSUER", "Aegis & Söhne"}}); }
    void cleanupTestCase() { m_server.reset(); }
    void oathtoolMakesCodesThatAreTaken();
    void zbarimgReadsTheQrCode();

private:
    std::unique_ptr<TestServer> m_server;
};

void TestOtpInterop::oathtoolMakesCodesThatAreTaken()
{
    if (QStandardPaths::findExecutable(QStringLiteral("oathtool")).isEmpty())
        QSKIP("oathtool is not installed (.dev/packages, purpose test)");
    const SignedUp ada = m_server->signUp();
    const TestClient client = m_server->client().as(ada.accessToken);
    const QString secret = QString::fromLatin1(client.post("/auth/mfa/enable").text(QLatin1String("secret")));
    const auto code = [&](qint64 ahead) {
        return outputOf(QStringLiteral("oathtool"),
                        {QStringLiteral("--totp"), QStringLiteral("-b"), secret, QStringLiteral("-N"),
                         QStringLiteral("@%1").arg(toUnixSeconds(m_server->now()) + ahead)});
    };

    QVERIFY_REPLY(client.post("/auth/mfa/verify", textObject({{"code", code(0)}})), 200, "");
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada), code(30)), 200, "");
}

void TestOtpInterop::zbarimgReadsTheQrCode()
{
    if (QStandardPaths::findExecutable(QStringLiteral("zbarimg")).isEmpty())
        QSKIP("zbarimg is not installed (.dev/packages, purpose test)");
    const TestReply reply = m_server->client().as(m_server->signUp().accessToken).post("/auth/mfa/enable");
    const QByteArray prefix = "data:image/png;base64,";
    const QByteArray image = reply.text(QLatin1String("qrCode"));
    QVERIFY(image.startsWith(prefix));
    QTemporaryFile file(QDir::tempPath() + QStringLiteral("/XXXXXX.png"));
    QVERIFY(file.open());
    file.write(QByteArray::fromBase64(image.mid(prefix.size())));
    file.close();

    const QByteArray read = outputOf(QStringLiteral("zbarimg"), {QStringLiteral("--raw"), QStringLiteral("-q"), file.fileName()});

    QCOMPARE(read, reply.text(QLatin1String("otpauthUri")));
}

AEGIS_TEST(TestOtpInterop)
#include "TestOtpInterop.moc"
