#include "server/passwords/PasswordHasher.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

const QByteArray newPassword = "Quiet-Harbour-81-Lantern";

} // namespace

class TestPasswordChange : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void givesANewPassword();
    void endsTheOtherSessionsOnly();
    void tellsThePersonByMail();
    void speaksTheLanguageOfTheRequest();
    void refusesAWrongPassword();
    void refusesABadPassword_data();
    void refusesABadPassword();
    void worksOnceForManyAtTheSameMoment();
    void leavesNoSessionOfTheOldPassword();
    void refusesAnAccountWithoutPassword();
    void usesUpTokensOfResets();
    void isNoOracleForAStolenToken();
    void letsTenOfManyGuessesThrough();
    void countsWithTheLogins();
    void countsNoBadNewPassword();
    void forgetsFailuresAfterASuccess();
    void locksTheAccountWhereFailuresLock();

private:
    TestReply change(const SignedUp &person, const QByteArray &current, const QByteArray &next) const
    {
        return m_server->client()
            .as(person.accessToken)
            .post("/auth/password/change", textObject({{"currentPassword", current}, {"newPassword", next}}));
    }
    TestReply logIn(const SignedUp &person, const QByteArray &password) const
    {
        return m_server->client().post("/auth/login", textObject({{"email", person.email}, {"password", password}}));
    }
    QByteArray hashOf(const SignedUp &person)
    {
        return m_server->value<QByteArray>("select password_hash from aegis.\"user\" where id = $1::uuid", Text{person.userId});
    }

    std::unique_ptr<TestServer> m_server;
};

void TestPasswordChange::givesANewPassword()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(change(ada, ada.password, newPassword), 204, "");

    QVERIFY_REPLY(logIn(ada, ada.password), 401, "invalid_credentials");
    QVERIFY_REPLY(logIn(ada, newPassword), 200, "");
    QCOMPARE(m_server->events(ada.organizationId).count("UserPasswordChanged"), 1);
    QCOMPARE(m_server->value<QByteArray>("select payload ->> 'method' from aegis.event where type = 'UserPasswordChanged' and subject_id = $1::uuid",
                                         Text{ada.userId}),
             QByteArray("change"));
}

void TestPasswordChange::endsTheOtherSessionsOnly()
{
    const SignedUp ada = m_server->registerPerson();
    const SignedUp elsewhere = m_server->logIn(ada);
    const SignedUp bob = m_server->signUp();
    const auto other = m_server->another();

    QVERIFY_REPLY(change(ada, ada.password, newPassword), 204, "");

    QVERIFY_REPLY(m_server->client().as(elsewhere.accessToken).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", elsewhere.refreshToken}})), 401, "invalid_refresh_token");
    QTRY_COMPARE_WITH_TIMEOUT(other->client().as(elsewhere.accessToken).get("/auth/verify").status, 401, 3000);
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).get("/auth/me"), 200, "");
    QVERIFY_REPLY(other->client().as(ada.accessToken).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}})), 200, "");
    QVERIFY_REPLY(m_server->client().as(bob.accessToken).get("/auth/me"), 200, "");
    QCOMPARE(m_server->value<QByteArray>("select end_reason from aegis.session where id = $1::uuid", Text{elsewhere.sessionId}),
             QByteArray("revoked"));
}

void TestPasswordChange::tellsThePersonByMail()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(change(ada, ada.password, newPassword), 204, "");

    const auto mails = MailBox(m_server->dataDirectory()).waitFor(ada.email);
    QCOMPARE(mails.size(), std::size_t(1));
    QCOMPARE(mails.front().header(QStringLiteral("subject")), QStringLiteral("Your Aegis password was changed"));
    QVERIFY(mails.front().plain.contains(QStringLiteral("127.0.0.1")));
    QVERIFY(!mails.front().raw.contains(newPassword) && !mails.front().raw.contains("token"));
    QTRY_COMPARE(m_server->value<qint64>("select count(*) from aegis.mail_outbox"), qint64(0));
}

void TestPasswordChange::speaksTheLanguageOfTheRequest()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(m_server->client()
                      .as(ada.accessToken)
                      .with("Accept-Language", "pt, zh-CN;q=0.9, de;q=0.8")
                      .post("/auth/password/change", textObject({{"currentPassword", ada.password}, {"newPassword", newPassword}})),
                  204, "");

    const auto mails = MailBox(m_server->dataDirectory()).waitFor(ada.email);
    QCOMPARE(mails.size(), std::size_t(1));
    QCOMPARE(mails.front().header(QStringLiteral("subject")), QStringLiteral("您的 Aegis 密码已更改"));
    QCOMPARE(mails.front().header(QStringLiteral("content-language")), QStringLiteral("zh-CN"));
}

void TestPasswordChange::refusesAWrongPassword()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp elsewhere = m_server->logIn(ada);
    const QByteArray before = hashOf(ada);

    QVERIFY_REPLY(change(ada, "Wrong-Password-1", newPassword), 401, "invalid_credentials");

    QCOMPARE(hashOf(ada), before);
    QVERIFY_REPLY(m_server->client().as(elsewhere.accessToken).get("/auth/me"), 200, "");
    QCOMPARE(m_server->value<QByteArray>("select payload ->> 'reason' from aegis.event where type = 'UserLoginFailed' and tenant_id = $1::uuid",
                                         Text{ada.organizationId}),
             QByteArray("wrong_current_password"));
    QVERIFY(!m_server->events(ada.organizationId).contains("UserPasswordChanged"));
    QCOMPARE(MailBox(m_server->dataDirectory()).to(ada.email).size(), std::size_t(0));
}

void TestPasswordChange::refusesABadPassword_data()
{
    QTest::addColumn<QByteArray>("password");
    QTest::addColumn<QByteArray>("code");
    QTest::newRow("short") << QByteArray("Ab1") << QByteArray("newPassword:password_too_short");
    QTest::newRow("no digit") << QByteArray("Quiet-Harbour-Lantern") << QByteArray("newPassword:password_needs_digit");
    QTest::newRow("common") << QByteArray("Password123") << QByteArray("newPassword:password_too_common");
    QTest::newRow("the organization") << QByteArray("Analytical Engines 1x") << QByteArray("newPassword:password_contains_identity");
}

void TestPasswordChange::refusesABadPassword()
{
    QFETCH(const QByteArray, password);
    QFETCH(const QByteArray, code);
    TestServer server; // the first organization of a server is "Analytical Engines 1"
    const SignedUp ada = server.signUp();

    const TestReply reply = server.client()
                                .as(ada.accessToken)
                                .post("/auth/password/change", textObject({{"currentPassword", ada.password}, {"newPassword", password}}));

    QVERIFY_REPLY(reply, 422, "password_policy");
    QVERIFY2(reply.errors().contains(code), reply.described().constData());
    QVERIFY_REPLY(server.client().post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}})), 200, "");
}

void TestPasswordChange::worksOnceForManyAtTheSameMoment()
{
    const SignedUp ada = m_server->signUp();

    const auto replies = together(8, [&](int i) { return change(ada, ada.password, newPassword + QByteArray::number(i)); });

    int done = 0, winner = -1;
    for (std::size_t i = 0; i < replies.size(); ++i) {
        if (replies[i].status == 204) {
            ++done;
            winner = static_cast<int>(i);
        } else {
            QVERIFY_REPLY(replies[i], 401, "invalid_credentials");
        }
    }
    QCOMPARE(done, 1);
    QVERIFY_REPLY(logIn(ada, newPassword + QByteArray::number(winner)), 200, "");
    QCOMPARE(m_server->events(ada.organizationId).count("UserPasswordChanged"), 1);
}

void TestPasswordChange::leavesNoSessionOfTheOldPassword()
{
    for (int round = 0; round < 4; ++round) {
        const SignedUp ada = m_server->signUp();

        const auto replies = together(8, [&](int i) { return i == 0 ? change(ada, ada.password, newPassword) : logIn(ada, ada.password); });

        QVERIFY_REPLY(replies.front(), 204, "");
        for (std::size_t i = 1; i < replies.size(); ++i) {
            if (replies[i].status == 200) // it was before the change, and ended by it
                QVERIFY_REPLY(m_server->client().as(replies[i].text(QLatin1String("accessToken"))).get("/auth/me"), 401, "invalid_token");
            else
                QVERIFY_REPLY(replies[i], 401, "invalid_credentials");
        }
        QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_at is null", Text{ada.userId}),
                 qint64(1));
    }
}

void TestPasswordChange::refusesAnAccountWithoutPassword()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.\"user\" set password_hash = null where id = $1::uuid", Text{ada.userId});

    QVERIFY_REPLY(change(ada, ada.password, newPassword), 401, "invalid_credentials");

    QVERIFY(m_server->value<bool>("select password_hash is null from aegis.\"user\" where id = $1::uuid", Text{ada.userId}));
}

void TestPasswordChange::usesUpTokensOfResets()
{
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(m_server->client().post("/auth/password/forgot", textObject({{"email", ada.email}})), 202, "");
    const auto mails = MailBox(m_server->dataDirectory()).waitFor(ada.email);
    QCOMPARE(mails.size(), std::size_t(1));

    QVERIFY_REPLY(change(ada, ada.password, newPassword), 204, "");

    QVERIFY_REPLY(
        m_server->client().post("/auth/password/reset", textObject({{"token", mails.front().token()}, {"newPassword", "Another-Pier-55-Copper"}})),
        400, "invalid_mail_token");
    QVERIFY_REPLY(logIn(ada, newPassword), 200, "");
}

void TestPasswordChange::isNoOracleForAStolenToken()
{
    const SignedUp ada = m_server->signUp();
    for (int i = 0; i < 10; ++i)
        QVERIFY_REPLY(change(ada, "Wrong-Password-1", newPassword), 401, "invalid_credentials");
    const QByteArray before = hashOf(ada);

    const TestReply wrong = change(ada, "Wrong-Password-1", newPassword);
    const TestReply right = change(ada, ada.password, newPassword);

    QVERIFY_REPLY(wrong, 429, "rate_limited");
    QVERIFY_REPLY(right, 429, "rate_limited");
    QVERIFY(wrong.field("Retry-After").toInt() > 0 && wrong.field("Retry-After").toInt() <= 60);
    QCOMPARE(hashOf(ada), before);
    QCOMPARE(m_server->events(ada.organizationId).count("UserLoginFailed"), 10); // the others were not even looked at
    m_server->advance(60s);
    QVERIFY_REPLY(change(ada, ada.password, newPassword), 204, "");
}

void TestPasswordChange::letsTenOfManyGuessesThrough()
{
    const SignedUp ada = m_server->signUp();

    const auto replies = together(20, [&](int i) { return change(ada, "Wrong-Password-" + QByteArray::number(i), newPassword); });

    int judged = 0;
    for (const TestReply &reply : replies) {
        if (reply.status == 401)
            ++judged;
        else
            QVERIFY_REPLY(reply, 429, "rate_limited");
    }
    QCOMPARE(judged, 10);
    QCOMPARE(m_server->events(ada.organizationId).count("UserLoginFailed"), 10);
    QVERIFY(!m_server->events(ada.organizationId).contains("UserPasswordChanged"));
}

void TestPasswordChange::countsWithTheLogins()
{
    const SignedUp ada = m_server->signUp();
    for (int i = 0; i < 5; ++i) {
        QVERIFY_REPLY(change(ada, "Wrong-Password-1", newPassword), 401, "invalid_credentials");
        QVERIFY_REPLY(logIn(ada, "Wrong-Password-1"), 401, "invalid_credentials");
    }

    QVERIFY_REPLY(change(ada, ada.password, newPassword), 429, "rate_limited");
    QVERIFY_REPLY(logIn(ada, ada.password), 429, "rate_limited");
}

void TestPasswordChange::countsNoBadNewPassword()
{
    const SignedUp ada = m_server->signUp();

    for (int i = 0; i < 12; ++i)
        QVERIFY_REPLY(change(ada, ada.password, "short"), 422, "password_policy");

    QVERIFY_REPLY(change(ada, ada.password, newPassword), 204, "");
}

void TestPasswordChange::forgetsFailuresAfterASuccess()
{
    const SignedUp ada = m_server->signUp();
    for (int i = 0; i < 9; ++i)
        QVERIFY_REPLY(change(ada, "Wrong-Password-1", newPassword), 401, "invalid_credentials");

    QVERIFY_REPLY(change(ada, ada.password, newPassword), 204, "");

    for (int i = 0; i < 9; ++i)
        QVERIFY_REPLY(change(ada, "Wrong-Password-1", newPassword), 401, "invalid_credentials");
    QVERIFY_REPLY(logIn(ada, newPassword), 200, "");
}

void TestPasswordChange::locksTheAccountWhereFailuresLock()
{
    TestServer server(Environment{{"LOCKOUT", "strict"}, {"ACCOUNT_FAILURES", "3"}});
    const SignedUp ada = server.signUp();
    const auto guess = [&] {
        return server.client()
            .as(ada.accessToken)
            .post("/auth/password/change", textObject({{"currentPassword", "Wrong-Password-1"}, {"newPassword", newPassword}}));
    };

    for (int i = 0; i < 3; ++i)
        QVERIFY_REPLY(guess(), 401, "invalid_credentials");

    QVERIFY_REPLY(guess(), 401, "invalid_token"); // who had stolen the token has lost it
    QCOMPARE(server.value<QByteArray>("select status from aegis.\"user\" where id = $1::uuid", Text{ada.userId}), QByteArray("locked"));
    QCOMPARE(server.events(ada.organizationId).count("UserAccountLocked"), 1);
}

AEGIS_TEST(TestPasswordChange)
#include "TestPasswordChange.moc"
