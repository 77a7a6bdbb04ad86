#include "tests/integration/NpmPackages.h"
#include "tests/integration/SecondFactors.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>
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

/// Programs of others with what this server gives out: authenticator apps (oathtool; otplib and speakeasy, which most Node servers and
/// apps use) and a camera (zbarimg). oathtool and zbarimg are in .dev/packages.
class TestOtpInterop : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"MFA_ISSUER", "Aegis & Söhne"}}); }
    void cleanupTestCase() { m_server.reset(); }
    void oathtoolMakesCodesThatAreTaken();
    void librariesOfNpmMakeCodesThatAreTaken();
    void zbarimgReadsTheQrCode();
    void zbarimgReadsTheLongestQrCode();

private:
    /// What zbarimg sees in the QR code of an enrolment.
    static QByteArray readByCamera(const TestReply &enabled)
    {
        const QByteArray prefix = "data:image/png;base64,";
        const QByteArray image = enabled.text(QLatin1String("qrCode"));
        QTemporaryFile file(QDir::tempPath() + QStringLiteral("/XXXXXX.png"));
        if (!image.startsWith(prefix) || !file.open())
            qFatal("there is no picture to look at: %s", enabled.described().constData());
        file.write(QByteArray::fromBase64(image.mid(prefix.size())));
        file.close();
        return outputOf(QStringLiteral("zbarimg"), {QStringLiteral("--raw"), QStringLiteral("-q"), file.fileName()});
    }

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

void TestOtpInterop::librariesOfNpmMakeCodesThatAreTaken()
{
    const NpmPackages packages;
    const QString missing = packages.install({QStringLiteral("otplib@12.0.1"), QStringLiteral("speakeasy@2.0.0")});
    if (!missing.isEmpty())
        QSKIP(qPrintable(missing));
    const std::vector<std::pair<const char *, QString>> libraries{
        {"otplib",
         QStringLiteral("import otplib from 'otplib'; const { authenticator } = otplib;"
                        "authenticator.options = { epoch: Number(process.argv[3]) * 1000 };"
                        "console.log(authenticator.generate(process.argv[2]));")},
        {"speakeasy",
         QStringLiteral("import speakeasy from 'speakeasy'; console.log(speakeasy.totp("
                        "{ secret: process.argv[2], encoding: 'base32', time: Number(process.argv[3]) }));")}};

    for (const auto &[name, script] : libraries) {
        const SignedUp ada = m_server->signUp();
        const TestClient client = m_server->client().as(ada.accessToken);
        const QString secret = QString::fromLatin1(client.post("/auth/mfa/enable").text(QLatin1String("secret")));
        const auto code = [&, text = script](qint64 ahead) {
            return packages.run(text.toUtf8(), {secret, QString::number(toUnixSeconds(m_server->now()) + ahead)});
        };

        const TestReply verified = client.post("/auth/mfa/verify", textObject({{"code", code(0)}}));
        QVERIFY2(verified.status == 200, (name + (": " + verified.described())).constData());
        const TestReply loggedIn = challenge(*m_server, mfaTokenFor(*m_server, ada), code(30));
        QVERIFY2(loggedIn.status == 200, (name + (": " + loggedIn.described())).constData());
    }
}

void TestOtpInterop::zbarimgReadsTheQrCode()
{
    if (QStandardPaths::findExecutable(QStringLiteral("zbarimg")).isEmpty())
        QSKIP("zbarimg is not installed (.dev/packages, purpose test)");
    const TestReply reply = m_server->client().as(m_server->signUp().accessToken).post("/auth/mfa/enable");

    QCOMPARE(readByCamera(reply), reply.text(QLatin1String("otpauthUri")));
}

// Each character of the issuer and of the name before the @ becomes as many in the address as one can.
void TestOtpInterop::zbarimgReadsTheLongestQrCode()
{
    if (QStandardPaths::findExecutable(QStringLiteral("zbarimg")).isEmpty())
        QSKIP("zbarimg is not installed (.dev/packages, purpose test)");
    TestServer server(Environment{{"MFA_ISSUER", QByteArray("\xe6\xbc\xa2").repeated(64)}});
    QJsonObject request = server.signupRequest();
    const QByteArray email = QByteArray(64, '!') + '@' + QByteArray(63, 'a') + '.' + QByteArray(63, 'b') + '.' + QByteArray(61, 'c');
    QCOMPARE(email.size(), qsizetype(254));
    request[QStringLiteral("email")] = QString::fromLatin1(email);
    const TestReply signup = server.client().post("/auth/signup", request);
    QVERIFY_REPLY(signup, 201, "");

    const TestReply reply = server.client().as(signup.text(QLatin1String("accessToken"))).post("/auth/mfa/enable");

    QVERIFY_REPLY(reply, 200, "");
    const QByteArray uri = reply.text(QLatin1String("otpauthUri"));
    QVERIFY2(uri.size() > 1600, uri.constData());
    QCOMPARE(readByCamera(reply), uri);
}

AEGIS_TEST(TestOtpInterop)
#include "TestOtpInterop.moc"
