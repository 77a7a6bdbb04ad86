#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

using namespace aegis;
using namespace aegis::test;

class TestRegister : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void makesAPersonWithoutAnOrganization();
    void takesNamesOrNone_data();
    void takesNamesOrNone();
    void refusesATakenAddress();
    void namesWhatIsWrong_data();
    void namesWhatIsWrong();
    void holdsThePasswordAgainstThePolicy();
    void storesTheAddressInOneForm_data();
    void storesTheAddressInOneForm();

private:
    QJsonObject requestFor(const QByteArray &email) { return textObject({{"email", email}, {"password", "Blue-Lantern-7719-Orchard"}}); }

    std::unique_ptr<TestServer> m_server;
};

void TestRegister::makesAPersonWithoutAnOrganization()
{
    const qint64 organizations = m_server->value<qint64>("select count(*) from aegis.organization");

    const TestReply reply = m_server->client().post("/auth/register", requestFor("makes.a.person@example.com"));

    QVERIFY_REPLY(reply, 201, "");
    QVERIFY(reply.json().contains(QLatin1String("organization")) && reply.json()[QLatin1String("organization")].isNull());
    const SignedUp person = signedUpBy(reply, {});
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.organization"), organizations);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.user_role where user_id = $1::uuid", Text{person.userId}), qint64(0));
    QVERIFY(m_server->value<bool>("select managed_by is null and status = 'active' from aegis.user where id = $1::uuid", Text{person.userId}));
    QVERIFY(m_server->value<bool>("select tenant_id = user_id and organization_id is null from aegis.session where id = $1::uuid",
                                  Text{person.sessionId}));
    QCOMPARE(m_server->events(person.userId), (QByteArrayList{"UserCreated", "AuthSessionCreated"}));
    QCOMPARE(m_server->value<QString>("select payload->>'method' from aegis.event where tenant_id = $1::uuid and type = 'UserCreated'",
                                      Text{person.userId}),
             QStringLiteral("register"));
}

void TestRegister::takesNamesOrNone_data()
{
    QTest::addColumn<QJsonValue>("given");
    QTest::addColumn<QJsonValue>("stored");
    QTest::newRow("none") << QJsonValue(QJsonValue::Undefined) << QJsonValue(QJsonValue::Null);
    QTest::newRow("null") << QJsonValue(QJsonValue::Null) << QJsonValue(QJsonValue::Null);
    QTest::newRow("a name") << QJsonValue(QStringLiteral("Grace")) << QJsonValue(QStringLiteral("Grace"));
    QTest::newRow("a name with blanks around") << QJsonValue(QStringLiteral(" Grace ")) << QJsonValue(QStringLiteral("Grace"));
    QTest::newRow("a name of another script") << QJsonValue(QStringLiteral(u"Софья")) << QJsonValue(QStringLiteral(u"Софья"));
}

void TestRegister::takesNamesOrNone()
{
    QFETCH(QJsonValue, given);
    QFETCH(QJsonValue, stored);
    QJsonObject request = requestFor(QByteArray("names.") + QByteArray(QTest::currentDataTag()).replace(' ', '.') + "@example.com");
    if (!given.isUndefined())
        request[QStringLiteral("firstName")] = given;

    const TestReply reply = m_server->client().post("/auth/register", request);

    QVERIFY_REPLY(reply, 201, "");
    QCOMPARE(reply.json()[QLatin1String("user")][QLatin1String("firstName")], stored);
    const Row row = m_server->sql("select first_name, last_name from aegis.user_profile where user_id = $1::uuid", Text{signedUpBy(reply, {}).userId})
                        .first();
    QCOMPARE(row.get<std::optional<QString>>(0).value_or(QString()), stored.toString());
    QVERIFY(row.isNull(1));
}

void TestRegister::refusesATakenAddress()
{
    const SignedUp person = m_server->registerPerson();
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = m_server->client().post("/auth/register", requestFor(person.email.toUpper()));

    QVERIFY_REPLY(reply, 409, "email_taken");
    QVERIFY(!reply.body.contains(person.email));
    QCOMPARE(m_server->rowCounts(), before);
}

void TestRegister::namesWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<QByteArrayList>("errors");
    const auto row = [](const char *name, const QByteArray &body, int status, const char *code, const QByteArrayList &errors) {
        QTest::newRow(name) << body << status << QByteArray(code) << errors;
    };
    row("nothing", "{}", 422, "validation_failed", {"email:required", "password:required"});
    row("no body", "", 400, "malformed_json", {});
    row("an organization", R"({"email":"a@example.com","password":"Blue-Lantern-7719","organizationSlug":"abc"})", 422, "validation_failed",
        {"organizationSlug:unknown"});
    row("an empty name", R"({"email":"a@example.com","password":"Blue-Lantern-7719","firstName":""})", 422, "validation_failed",
        {"firstName:length"});
    row("a name of blanks", R"({"email":"a@example.com","password":"Blue-Lantern-7719","lastName":"  "})", 422, "validation_failed",
        {"lastName:format"});
    row("a field twice", R"({"email":"a@example.com","email":"b@example.com","password":"Blue-Lantern-7719"})", 400, "malformed_json", {});
    row("a list", "[]", 400, "malformed_json", {});
    row("half a document", R"({"email":)", 400, "malformed_json", {});
}

void TestRegister::namesWhatIsWrong()
{
    QFETCH(QByteArray, body);
    QFETCH(int, status);
    QFETCH(QByteArray, code);
    QFETCH(QByteArrayList, errors);
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = m_server->client().send("POST", "/auth/register", body);

    QVERIFY_REPLY(reply, status, code);
    QCOMPARE(reply.errors(), errors);
    QCOMPARE(m_server->rowCounts(), before);
}

void TestRegister::holdsThePasswordAgainstThePolicy()
{
    QJsonObject request = requestFor("policy@example.com");
    request[QStringLiteral("password")] = QStringLiteral("short");

    const TestReply reply = m_server->client().post("/auth/register", request);

    QVERIFY_REPLY(reply, 422, "password_policy");
    QVERIFY(reply.errors().contains("password:password_too_short"));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.user where email = 'policy@example.com'"), qint64(0));
}

void TestRegister::storesTheAddressInOneForm_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("stored");
    QTest::newRow("in capitals") << QStringLiteral("FORM.One@EXAMPLE.com") << QStringLiteral("form.one@example.com");
    QTest::newRow("with an accent apart from its letter") << QStringLiteral(u"jose\u0301@example.com") << QStringLiteral(u"jos\u00e9@example.com");
    QTest::newRow("with a domain of another script")
        << QStringLiteral(u"form.three@b\u00fccher.example") << QStringLiteral("form.three@xn--bcher-kva.example");
}

void TestRegister::storesTheAddressInOneForm()
{
    QFETCH(QString, typed);
    QFETCH(QString, stored);

    const TestReply reply = m_server->client().post("/auth/register", requestFor(typed.toUtf8()));

    QVERIFY_REPLY(reply, 201, "");
    QCOMPARE(reply.json()[QLatin1String("user")][QLatin1String("email")].toString(), stored);
    QCOMPARE(m_server->value<QString>("select email from aegis.user where id = $1::uuid", Text{signedUpBy(reply, {}).userId}), stored);
    QVERIFY_REPLY(m_server->client().post("/auth/register", requestFor(stored.toUtf8())), 409, "email_taken");
}

AEGIS_TEST(TestRegister)
#include "TestRegister.moc"
