#include "tests/process/ApiClient.h"
#include "tests/support/ServerProcess.h"
#include "tests/support/TestMain.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QUuid>

using namespace aegis::test;

class TestLogs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void writesOneObjectALine();
    void tellsTheCorrelationIdOfEachRequest();
    void keepsSecretsToItself_data();
    void keepsSecretsToItself();

private:
    static QByteArray contentOf(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    DataDirectory m_directory;
    ServerProcess m_server{m_directory};
    QMap<QByteArray, QByteArray> m_secrets; ///< what must not be told, by what it is
    QByteArrayList m_correlationIds;        ///< of the answers
    QByteArray m_commandLine;
    QByteArray m_output;
};

/// A whole life of an account, and what can go wrong in it.
void TestLogs::initTestCase()
{
    QVERIFY_STARTS(m_server);
    m_commandLine = contentOf(QStringLiteral("/proc/%1/cmdline").arg(m_server.id()));
    ApiClient client(m_server.port());
    const auto note = [&](const char *what, const ApiAnswer &answer, int status) {
        const QByteArray said = what + QByteArray(": ") + QByteArray::number(answer.status) + ' ' + answer.raw.body;
        QVERIFY2(answer.status == status, said.constData());
        m_correlationIds.append(answer.raw.field("X-Correlation-ID"));
        for (const char *token : {"accessToken", "refreshToken"}) {
            if (!answer.text(token).isEmpty())
                m_secrets.insert(what + QByteArray("'s ") + token, answer.text(token));
        }
    };
    const QString wrong = QStringLiteral("Wrong-Horse-43-Staple");
    const QJsonObject wrongLogin{{QStringLiteral("email"), ApiClient::email("ada-one")}, {QStringLiteral("password"), wrong}};
    const QByteArray key = "the-key-of-one-signup-4711";
    note("signup", client.signup("ada-one", "Idempotency-Key: " + key + "\r\n"), 201);
    note("the same signup", client.signup("ada-one"), 409);
    note("wrong login", client.post("/auth/login", wrongLogin), 401);
    note("unknown login", client.login("nobody"), 401);
    note("weak signup",
         client.post("/auth/register",
                     {{QStringLiteral("email"), ApiClient::email("bob")},
                      {QStringLiteral("password"), QStringLiteral("Weak-Pwd-7")},
                      {QStringLiteral("x"), 1}}),
         422);
    const ApiAnswer login = client.login("ada-one");
    note("login", login, 200);
    note("me", client.get("/auth/me", login.text("accessToken")), 200);
    const ApiAnswer refreshed = client.refresh(login.text("refreshToken"));
    note("refresh", refreshed, 200);
    const ApiAnswer again = client.refresh(refreshed.text("refreshToken"));
    note("second refresh", again, 200);
    note("reuse", client.refresh(login.text("refreshToken")), 401);
    note("verify after reuse", client.verify(again.text("accessToken")), 401);
    const ApiAnswer second = client.login("ada-one");
    note("second login", second, 200);
    note("forged", client.get("/auth/me", second.text("accessToken") + "x"), 401);
    note("forged refresh", client.refresh(second.text("refreshToken") + "x"), 401);
    note("logout", client.logout(second.text("accessToken")), 204);
    note("refresh after logout", client.refresh(second.text("refreshToken")), 401);
    note("rubbish",
         client.exchange(
             "POST /auth/login HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{\"password\":\"Secret-0"),
         400);
    note("in the query", client.get("/auth/me?password=Query-Secret-77"), 401);
    QCOMPARE(m_server.stop(), std::optional(0));

    m_secrets.insert("the password", ApiClient::password().toUtf8());
    m_secrets.insert("the wrong password", wrong.toUtf8());
    m_secrets.insert("the weak password", "Weak-Pwd-7");
    m_secrets.insert("the password in rubbish", "Secret-0");
    m_secrets.insert("the password in the query", "Query-Secret-77");
    m_secrets.insert("the idempotency key", key);
    m_secrets.insert("a password's hash", "$argon2id$");
    const QDir secrets(m_directory.file(QStringLiteral("secrets")));
    const QStringList files = secrets.entryList(QDir::Files);
    QCOMPARE(files.size(), 5);
    for (const QString &file : files) {
        const QByteArray bytes = contentOf(secrets.filePath(file));
        QCOMPARE(bytes.size(), 32);
        m_secrets.insert(file.toUtf8(), bytes);
        m_secrets.insert(file.toUtf8() + " in hex", bytes.toHex());
        m_secrets.insert(file.toUtf8() + " in base64", bytes.toBase64(QByteArray::OmitTrailingEquals));
        m_secrets.insert(file.toUtf8() + " in base64url", bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
    }
    m_output = m_server.errorOutput() + m_server.output();
}

void TestLogs::writesOneObjectALine()
{
    const QList<QJsonObject> lines = m_server.logLines();

    QVERIFY(m_server.errorOutput().endsWith('\n'));
    QVERIFY(lines.size() > m_correlationIds.size());
    for (const QJsonObject &line : lines) {
        QVERIFY2(!line.contains(QStringLiteral("text")), qPrintable(line.value(QStringLiteral("text")).toString()));
        for (const char *member : {"time", "level", "event"})
            QVERIFY(line.value(QLatin1String(member)).isString());
    }
}

void TestLogs::tellsTheCorrelationIdOfEachRequest()
{
    QByteArrayList told;
    for (const QJsonObject &line : m_server.logLines()) {
        if (line.value(QStringLiteral("event")) == QStringLiteral("http_request"))
            told.append(line.value(QStringLiteral("correlationId")).toString().toUtf8());
    }

    QCOMPARE(told, m_correlationIds);
    for (const QByteArray &id : std::as_const(told))
        QVERIFY(!QUuid::fromString(QLatin1String(id)).isNull());
}

void TestLogs::keepsSecretsToItself_data()
{
    QTest::addColumn<QByteArray>("secret");
    for (auto secret = m_secrets.cbegin(); secret != m_secrets.cend(); ++secret)
        QTest::newRow(secret.key().constData()) << secret.value();
}

void TestLogs::keepsSecretsToItself()
{
    QFETCH(const QByteArray, secret);
    const QByteArray postgresLog = contentOf(m_directory.file(QStringLiteral("postgres/postgres.log")));
    QVERIFY(!postgresLog.isEmpty() && !m_commandLine.isEmpty());

    QVERIFY(!m_output.contains(secret));
    QVERIFY(!postgresLog.contains(secret));
    QVERIFY(!m_commandLine.contains(secret));
    const QList<QByteArray> parts = secret.split('.');
    if (parts.size() == 3) // of a token neither the signature nor the claims
        QVERIFY(!m_output.contains(parts.at(1)) && !m_output.contains(parts.at(2)));
}

AEGIS_TEST(TestLogs)
#include "TestLogs.moc"
