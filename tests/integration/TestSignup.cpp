#include "server/crypto/Digest.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

using namespace aegis;
using namespace aegis::test;

class TestSignup : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void storesThePersonAndTheOrganization();
    void storesTheRoleAndTheSession();
    void tellsItAllInEvents();
    void answersInTheShapeOfTheApi();
    void refusesWhatIsTaken_data();
    void refusesWhatIsTaken();
    void namesTheFieldThatIsWrong_data();
    void namesTheFieldThatIsWrong();
    void namesAllFieldsThatAreWrong();
    void saysWhichRuleThePasswordBreaks_data();
    void saysWhichRuleThePasswordBreaks();
    void leavesNothingWhenAStatementFails_data();
    void leavesNothingWhenAStatementFails();

private:
    std::unique_ptr<TestServer> m_server;
};

void TestSignup::storesThePersonAndTheOrganization()
{
    QJsonObject request = m_server->signupRequest();
    request[QStringLiteral("email")] = QStringLiteral("Augusta.KING@Example.COM");

    const TestReply reply = m_server->client().post("/auth/signup", request);

    QVERIFY_REPLY(reply, 201, "");
    const SignedUp ada = signedUpBy(reply, {});
    const Row organization = m_server
                                 ->sql("select slug, status, (select name from aegis.organization_details d where d.organization_id = o.id) "
                                       "from aegis.organization o where id = $1::uuid",
                                       Text{ada.organizationId})
                                 .first();
    QCOMPARE(organization.get<QString>(0), request[QStringLiteral("organizationSlug")].toString());
    QCOMPARE(organization.get<QString>(1), QStringLiteral("active"));
    QCOMPARE(organization.get<QString>(2), request[QStringLiteral("organizationName")].toString());
    const Row user = m_server
                         ->sql("select email, password_hash, status, managed_by, email_verified_at, first_name, last_name "
                               "from aegis.user join aegis.user_profile on user_id = id where id = $1::uuid",
                               Text{ada.userId})
                         .first();
    QCOMPARE(user.get<QString>(0), QStringLiteral("augusta.king@example.com"));
    QVERIFY(user.get<QByteArray>(1).startsWith("$argon2id$v=19$m=8192,t=1,p=1$"));
    QCOMPARE(user.get<QString>(2), QStringLiteral("active"));
    QCOMPARE(user.get<OrganizationId>(3).text(), ada.organizationId);
    QVERIFY(user.isNull(4));
    QCOMPARE(user.get<QString>(5), QStringLiteral("Ada"));
    QCOMPARE(user.get<QString>(6), QStringLiteral("Lovelace"));
}

void TestSignup::storesTheRoleAndTheSession()
{
    const TestReply reply = m_server->client().with("User-Agent", "Difference Engine/2").post("/auth/signup", m_server->signupRequest());

    QVERIFY_REPLY(reply, 201, "");
    const SignedUp ada = signedUpBy(reply, {});
    const Rows roles = m_server->sql("select r.name, r.system, m.user_id from aegis.organization_role r join aegis.user_role m on m.role_id = r.id "
                                     "and m.organization_id = r.organization_id where r.organization_id = $1::uuid",
                                     Text{ada.organizationId});
    QCOMPARE(roles.size(), 1);
    QCOMPARE(roles.first().get<QString>(0), QStringLiteral("ORGANIZATION_OWNER"));
    QVERIFY(roles.first().get<bool>(1));
    QCOMPARE(roles.first().get<UserId>(2).text(), ada.userId);
    const Rows sessions = m_server->sql(
        "select tenant_id, organization_id, auth_methods, host(ip), user_agent, ended_at, expires_at - created_at = '30 days' "
        "from aegis.session where id = $1::uuid and user_id = $2::uuid",
        Text{ada.sessionId}, Text{ada.userId});
    QCOMPARE(sessions.size(), 1);
    const Row session = sessions.first();
    QCOMPARE(session.get<OrganizationId>(0).text(), ada.organizationId);
    QCOMPARE(session.get<OrganizationId>(1).text(), ada.organizationId);
    QCOMPARE(session.get<QStringList>(2), QStringList{QStringLiteral("pwd")});
    QCOMPARE(session.get<QString>(3), QStringLiteral("127.0.0.1"));
    QCOMPARE(session.get<QString>(4), QStringLiteral("Difference Engine/2"));
    QVERIFY(session.isNull(5));
    QVERIFY(session.get<bool>(6));
    const Row token = m_server
                          ->sql("select generation, current_hash, previous_hash, expires_at - rotated_at = '7 days' from aegis.refresh_token "
                                "where session_id = $1::uuid",
                                Text{ada.sessionId})
                          .first();
    QCOMPARE(token.get<int>(0), 1);
    QCOMPARE(token.get<QByteArray>(1), sha256(ada.refreshToken));
    QVERIFY(token.isNull(2));
    QVERIFY(token.get<bool>(3));
}

void TestSignup::tellsItAllInEvents()
{
    const SignedUp ada = m_server->signUp();

    QCOMPARE(m_server->events(ada.organizationId),
             (QByteArrayList{"OrganizationCreated", "UserCreated", "UserRoleCreated", "AuthSessionCreated", "OrganizationSignupCompleted"}));
    const Row row =
        m_server
            ->sql(
                "select count(*) filter (where actor_id = $2::uuid), count(*) filter (where session_id = $3::uuid), count(distinct correlation_id), "
                "count(distinct causation_id) from aegis.event where tenant_id = $1::uuid",
                Text{ada.organizationId}, Text{ada.userId}, Text{ada.sessionId})
            .first();
    QCOMPARE(row.get<int>(0), 5);
    QCOMPARE(row.get<int>(1), 5);
    QCOMPARE(row.get<int>(2), 1);
    QCOMPARE(row.get<int>(3), 1); // the first caused the others
}

void TestSignup::answersInTheShapeOfTheApi()
{
    const Instant before = m_server->now();
    const TestReply reply = m_server->client().post("/auth/signup", m_server->signupRequest());

    QVERIFY_REPLY(reply, 201, "");
    QCOMPARE(reply.field("Content-Type"), QByteArray("application/json"));
    QCOMPARE(reply.field("Cache-Control"), QByteArray("no-store"));
    const QJsonObject json = reply.json();
    const auto names = [](const QJsonValue &object) { return object.toObject().keys().join(u' '); };
    QCOMPARE(names(json), QStringLiteral("accessToken expiresIn organization refreshExpiresIn refreshToken sessionId tokenType user"));
    QCOMPARE(names(json[QLatin1String("user")]), QStringLiteral("createdAt email emailVerified firstName id lastName status"));
    QCOMPARE(names(json[QLatin1String("organization")]), QStringLiteral("createdAt id name slug status"));
    QCOMPARE(json[QLatin1String("tokenType")].toString(), QStringLiteral("Bearer"));
    QCOMPARE(json[QLatin1String("expiresIn")].toInt(), 900);
    QCOMPARE(json[QLatin1String("refreshExpiresIn")].toInt(), 7 * 24 * 3600);
    QCOMPARE(json[QLatin1String("user")][QLatin1String("emailVerified")].toBool(true), false);
    const auto createdAt = fromRfc3339(json[QLatin1String("user")][QLatin1String("createdAt")].toString().toLatin1());
    QVERIFY(createdAt);
    QVERIFY(*createdAt >= std::chrono::floor<std::chrono::milliseconds>(before) && *createdAt <= m_server->now());
}

void TestSignup::refusesWhatIsTaken_data()
{
    QTest::addColumn<QStringList>("sameFields");
    QTest::addColumn<bool>("upperCase");
    QTest::addColumn<QByteArray>("code");
    QTest::newRow("the e-mail address") << QStringList{QStringLiteral("email")} << false << QByteArray("email_taken");
    QTest::newRow("the e-mail address in capitals") << QStringList{QStringLiteral("email")} << true << QByteArray("email_taken");
    QTest::newRow("the slug") << QStringList{QStringLiteral("organizationSlug")} << false << QByteArray("slug_taken");
    QTest::newRow("both") << QStringList{QStringLiteral("email"), QStringLiteral("organizationSlug")} << false << QByteArray("slug_taken");
}

void TestSignup::refusesWhatIsTaken()
{
    QFETCH(QStringList, sameFields);
    QFETCH(bool, upperCase);
    QFETCH(QByteArray, code);
    const QJsonObject first = m_server->signupRequest();
    QVERIFY_REPLY(m_server->client().post("/auth/signup", first), 201, "");
    QJsonObject second = m_server->signupRequest();
    for (const QString &field : sameFields)
        second[field] = upperCase ? first[field].toString().toUpper() : first[field].toString();
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = m_server->client().post("/auth/signup", second);

    QVERIFY_REPLY(reply, 409, code);
    QCOMPARE(m_server->rowCounts(), before);
}

void TestSignup::namesTheFieldThatIsWrong_data()
{
    QTest::addColumn<QString>("field");
    QTest::addColumn<QJsonValue>("value");
    QTest::addColumn<QByteArray>("error");
    const auto row = [](const char *name, const char *field, const QJsonValue &value, const char *code) {
        QTest::newRow(name) << QString::fromLatin1(field) << value << QByteArray(field) + ':' + code;
    };
    row("no e-mail address", "email", QJsonValue(QJsonValue::Undefined), "required");
    row("null for the e-mail address", "email", QJsonValue(QJsonValue::Null), "type");
    row("a number for the e-mail address", "email", 7, "type");
    row("an e-mail address without a domain", "email", QStringLiteral("ada"), "format");
    row("an e-mail address that is too long", "email", QString(250, u'a') + QStringLiteral("@example.com"), "length");
    row("no password", "password", QJsonValue(QJsonValue::Undefined), "required");
    row("an empty password", "password", QString(), "length");
    row("no first name", "firstName", QJsonValue(QJsonValue::Undefined), "required");
    row("an empty first name", "firstName", QString(), "length");
    row("a first name of blanks", "firstName", QStringLiteral("   "), "format");
    row("a first name that turns the text around", "firstName", QStringLiteral(u"A\u202eda"), "format");
    row("a last name that is too long", "lastName", QString(101, u'x'), "length");
    row("no organization name", "organizationName", QJsonValue(QJsonValue::Undefined), "required");
    row("an organization name that is too long", "organizationName", QString(201, u'x'), "length");
    row("no slug", "organizationSlug", QJsonValue(QJsonValue::Undefined), "required");
    row("a slug in capitals", "organizationSlug", QStringLiteral("Engines"), "characters");
    row("a slug that is too short", "organizationSlug", QStringLiteral("ab"), "length");
    row("a slug that is too long", "organizationSlug", QString(64, u'a'), "length");
    row("a slug with a doubled hyphen", "organizationSlug", QStringLiteral("a--b"), "hyphens");
    row("a slug that is reserved", "organizationSlug", QStringLiteral("admin"), "reserved");
    row("a field that is not known", "role", QStringLiteral("ORGANIZATION_OWNER"), "unknown");
}

void TestSignup::namesTheFieldThatIsWrong()
{
    QFETCH(QString, field);
    QFETCH(QJsonValue, value);
    QFETCH(QByteArray, error);
    QJsonObject request = m_server->signupRequest();
    if (value.isUndefined())
        request.remove(field);
    else
        request[field] = value;
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = m_server->client().post("/auth/signup", request);

    QVERIFY_REPLY(reply, 422, "validation_failed");
    QCOMPARE(reply.errors(), QByteArrayList{error});
    QCOMPARE(m_server->rowCounts(), before);
}

void TestSignup::namesAllFieldsThatAreWrong()
{
    const TestReply missing = m_server->client().post("/auth/signup", QJsonObject());
    const TestReply wrong = m_server->client().post("/auth/signup",
                                                    textObject({{"email", "x@"},
                                                                {"password", "irrelevant"},
                                                                {"firstName", " "},
                                                                {"lastName", " "},
                                                                {"organizationName", " "},
                                                                {"organizationSlug", "-"}}));

    const TestReply some = m_server->client().post("/auth/signup", textObject({{"email", "x@"}, {"firstName", "Ada"}, {"organizationSlug", "-"}}));

    QVERIFY_REPLY(missing, 422, "validation_failed");
    QCOMPARE(missing.errors(),
             (QByteArrayList{"email:required", "firstName:required", "lastName:required", "organizationName:required", "organizationSlug:required",
                             "password:required"}));
    QVERIFY_REPLY(some, 422, "validation_failed");
    QCOMPARE(some.errors(),
             (QByteArrayList{"email:format", "lastName:required", "organizationName:required", "organizationSlug:length", "password:required"}));
    QVERIFY_REPLY(wrong, 422, "validation_failed");
    QCOMPARE(wrong.errors(),
             (QByteArrayList{"email:format", "firstName:format", "lastName:format", "organizationName:format", "organizationSlug:length"}));
}

void TestSignup::saysWhichRuleThePasswordBreaks_data()
{
    QTest::addColumn<QByteArray>("password");
    QTest::addColumn<QByteArrayList>("errors");
    QTest::newRow("too short") << QByteArray("xQ7#vL2") << QByteArrayList{"password:password_too_short"};
    QTest::newRow("too long") << QByteArray("Aa1") + QByteArray(254, 'k') << QByteArrayList{"password:password_too_long"};
    QTest::newRow("three rules at once") << QByteArray("-------")
                                         << QByteArrayList{"password:password_needs_digit", "password:password_needs_lower",
                                                           "password:password_needs_upper", "password:password_too_short"};
    QTest::newRow("no upper-case letter") << QByteArray("blue-lantern-7719") << QByteArrayList{"password:password_needs_upper"};
    QTest::newRow("the person's address") << QByteArray("Grace.Hopper@navy.example1") << QByteArrayList{"password:password_contains_identity"};
    QTest::newRow("the organization's name") << QByteArray("7x-Compilers-Unlimited") << QByteArrayList{"password:password_contains_identity"};
    QTest::newRow("easy to guess") << QByteArray("Elephants1") << QByteArrayList{"password:password_too_weak"};
}

void TestSignup::saysWhichRuleThePasswordBreaks()
{
    QFETCH(QByteArray, password);
    QFETCH(QByteArrayList, errors);
    QJsonObject request = m_server->signupRequest();
    request[QStringLiteral("email")] = QStringLiteral("grace.hopper@navy.example");
    request[QStringLiteral("organizationName")] = QStringLiteral("Compilers-Unlimited");
    request[QStringLiteral("password")] = QString::fromUtf8(password);
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = m_server->client().post("/auth/signup", request);

    QVERIFY_REPLY(reply, 422, "password_policy");
    QCOMPARE(reply.errors(), errors);
    QVERIFY(!reply.body.contains(password));
    QCOMPARE(m_server->rowCounts(), before);
}

void TestSignup::leavesNothingWhenAStatementFails_data()
{
    QTest::addColumn<QByteArray>("table");
    for (const char *table : {"organization", "organization_details", "user", "user_profile", "organization_role", "user_role", "session",
                              "refresh_token", "event", "idempotency_key"})
        QTest::newRow(table) << QByteArray(table);
}

void TestSignup::leavesNothingWhenAStatementFails()
{
    QFETCH(QByteArray, table);
    const QByteArray make = "create trigger fail_once before insert on aegis.\"" + table + "\" for each row execute function public.fail_once()";
    const QByteArray drop = "drop trigger fail_once on aegis.\"" + table + "\"";
    m_server->sql(
        "create or replace function public.fail_once() returns trigger language plpgsql as 'begin raise exception ''as the test wants''; end'");
    m_server->sql(Sql::composed(make));
    const QJsonObject request = m_server->signupRequest();
    const TestClient client = m_server->client().with("Idempotency-Key", "the-key-of-the-failure-" + table);
    const QByteArray before = m_server->rowCounts();

    const TestReply failed = client.post("/auth/signup", request);
    const QByteArray after = m_server->rowCounts();
    m_server->sql(Sql::composed(drop));
    const TestReply repeated = client.post("/auth/signup", request);

    QVERIFY_REPLY(failed, 500, "internal");
    QVERIFY(!failed.body.contains("as the test wants"));
    QCOMPARE(after, before);
    QVERIFY_REPLY(repeated, 201, ""); // a failure does not use up the key
}

AEGIS_TEST(TestSignup)
#include "TestSignup.moc"
