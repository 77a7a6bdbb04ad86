#include "server/crypto/Base64.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QUuid>

#include <algorithm>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

const QByteArray newPassword = "Quiet-Harbour-81-Lantern";

} // namespace

class TestPasswordReset : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"MAIL_LINK_BASE", "https://app.example.com/account/"}}); }
    void cleanupTestCase() { m_server.reset(); }
    void givesANewPassword();
    void endsEverySessionAndOpensNone();
    void answersTheSameForUnknownAddresses();
    void doesTheSameForUnknownAddresses();
    void sendsNothingToSuspendedAccounts();
    void worksOnce();
    void worksOnceForManyAtTheSameMoment();
    void usesUpTheOtherTokens();
    void endsAfterItsTime();
    void keepsTheTokenAfterABadPassword();
    void refusesOtherTokens_data();
    void refusesOtherTokens();
    void refusesATokenForAnotherAddress();
    void refusesAllTokensAlike();
    void takesNoAddressThatCarriesMore_data();
    void takesNoAddressThatCarriesMore();
    void putsNothingThatSomebodyTypedIntoAMail();
    void refusesASuspendedAccount();
    void floodsNobodysMailbox();
    void keepsNobodyFromALink();
    void keepsNobodyFromALinkThatWasUsed();
    void floodsNobodysMailboxWithTheReserve();
    void keepsNoTokenLegible();
    void isWrittenDown();
    void survivesADatabaseThatGoesAway();

private:
    TestReply forgot(const QByteArray &email) const { return m_server->client().post("/auth/password/forgot", textObject({{"email", email}})); }
    TestReply reset(const QByteArray &token, const QByteArray &password = newPassword) const
    {
        return m_server->client().post("/auth/password/reset", textObject({{"token", token}, {"newPassword", password}}));
    }
    TestReply logIn(const SignedUp &person, const QByteArray &password) const
    {
        return m_server->client().post("/auth/login", textObject({{"email", person.email}, {"password", password}}));
    }
    QByteArray tokenFor(const SignedUp &person, std::size_t count = 1) const
    {
        if (forgot(person.email).status != 202)
            qFatal("a mail cannot be asked for");
        const auto mails = MailBox(m_server->dataDirectory()).waitFor(person.email, count);
        return mails.size() == count ? mails.back().token() : QByteArray();
    }
    /// Once nothing is left of what was asked for.
    bool isSettled()
    {
        return m_server->value<bool>("select not exists (select from aegis.mail_request) and not exists (select from aegis.mail_outbox)");
    }

    std::unique_ptr<TestServer> m_server;
};

void TestPasswordReset::givesANewPassword()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(forgot("  " + ada.email), 422, "validation_failed");
    QVERIFY_REPLY(forgot(ada.email.toUpper()), 202, "");
    const auto mails = MailBox(m_server->dataDirectory()).waitFor(ada.email);

    QCOMPARE(mails.size(), std::size_t(1));
    QVERIFY2(mails.front().plain.contains(QStringLiteral("\nhttps://app.example.com/account/reset-password#token=")),
             qPrintable(mails.front().plain));
    QVERIFY2(mails.front().html.contains(QStringLiteral("href=\"https://app.example.com/account/reset-password#token=")),
             qPrintable(mails.front().html));
    QCOMPARE(mails.front().token().size(), qsizetype(64));
    QVERIFY_REPLY(reset(mails.front().token()), 204, "");
    QVERIFY_REPLY(logIn(ada, ada.password), 401, "invalid_credentials");
    QVERIFY_REPLY(logIn(ada, newPassword), 200, "");
    const auto after = MailBox(m_server->dataDirectory()).waitFor(ada.email, 2);
    QCOMPARE(after.size(), std::size_t(2));
    QCOMPARE(after.back().header(QStringLiteral("subject")), QStringLiteral("Your Aegis password was changed"));
}

void TestPasswordReset::endsEverySessionAndOpensNone()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp elsewhere = m_server->logIn(ada);
    const SignedUp bob = m_server->signUp();

    const TestReply reply = reset(tokenFor(ada));

    QVERIFY_REPLY(reply, 204, "");
    QCOMPARE(reply.body, QByteArray());
    QVERIFY(reply.field("Set-Cookie").isNull());
    for (const SignedUp &ended : {ada, elsewhere}) {
        QVERIFY_REPLY(m_server->client().as(ended.accessToken).get("/auth/verify"), 401, "invalid_token");
        QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", ended.refreshToken}})), 401, "invalid_refresh_token");
    }
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_at is null", Text{ada.userId}),
             qint64(0));
    QVERIFY_REPLY(m_server->client().as(bob.accessToken).get("/auth/me"), 200, "");
}

void TestPasswordReset::answersTheSameForUnknownAddresses()
{
    const SignedUp ada = m_server->signUp();

    const TestReply known = forgot(ada.email);
    const TestReply unknown = forgot("nobody@example.com");

    QVERIFY_REPLY(known, 202, "");
    QVERIFY_REPLY(unknown, 202, "");
    QCOMPARE(unknown.body, known.body);
    const auto withoutIds = [](QByteArray head) {
        QByteArrayList lines;
        for (const QByteArray &line : head.split('\n')) {
            if (!line.startsWith("X-Correlation-ID") && !line.startsWith("Date"))
                lines.append(line);
        }
        return lines.join('\n');
    };
    QCOMPARE(withoutIds(unknown.head), withoutIds(known.head));
    QTRY_VERIFY(isSettled());
    QCOMPARE(MailBox(m_server->dataDirectory()).to("nobody@example.com").size(), std::size_t(0));
    QVERIFY(m_server->value<bool>("select not exists (select from aegis.event where payload::text like '%nobody@%')"));
}

/// What is stored before the answer is the same, to the byte; what differs is done after it, by somebody else.
void TestPasswordReset::doesTheSameForUnknownAddresses()
{
    TestServer server(Environment{{"MAIL_POLL", "10m"}}); // nothing is done about what is asked for
    const SignedUp ada = server.signUp();
    const auto ask = [&](const QByteArray &email) {
        const QByteArray before = server.rowCounts();
        const qint64 transactions = server.value<qint64>("select count(*) from aegis.mail_request");
        const TestReply reply = server.client().post("/auth/password/forgot", textObject({{"email", email}}));
        const qint64 more = server.value<qint64>("select count(*) from aegis.mail_request") - transactions;
        server.sql("delete from aegis.mail_request");
        return reply.status == 202 && more == 1 && server.rowCounts() == before;
    };

    QVERIFY(ask(ada.email));
    QVERIFY(ask("nobody@example.com"));
    server.client().post("/auth/password/forgot", textObject({{"email", ada.email}}));
    server.client().post("/auth/password/forgot", textObject({{"email", "a-much-longer-address-than-hers@subdomain.example.org"}}));
    QCOMPARE(server.value<qint64>("select count(distinct length(sealed)) from aegis.mail_request"), qint64(1));
}

void TestPasswordReset::sendsNothingToSuspendedAccounts()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.\"user\" set status = 'suspended' where id = $1::uuid", Text{ada.userId});

    QVERIFY_REPLY(forgot(ada.email), 202, "");

    QTRY_VERIFY(isSettled());
    QCOMPARE(MailBox(m_server->dataDirectory()).to(ada.email).size(), std::size_t(0));
    QVERIFY(!m_server->events(ada.organizationId).contains("PasswordResetRequested"));
}

void TestPasswordReset::worksOnce()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray token = tokenFor(ada);
    QVERIFY_REPLY(reset(token), 204, "");

    QVERIFY_REPLY(reset(token, "Another-Pier-55-Copper"), 400, "invalid_mail_token");

    QVERIFY_REPLY(logIn(ada, newPassword), 200, "");
}

void TestPasswordReset::worksOnceForManyAtTheSameMoment()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray token = tokenFor(ada);

    const auto replies = together(20, [&](int i) { return reset(token, newPassword + QByteArray::number(i)); });

    int done = 0, winner = -1;
    for (std::size_t i = 0; i < replies.size(); ++i) {
        if (replies[i].status == 204) {
            ++done;
            winner = static_cast<int>(i);
        } else {
            QVERIFY_REPLY(replies[i], 400, "invalid_mail_token");
        }
    }
    QCOMPARE(done, 1);
    QVERIFY_REPLY(logIn(ada, newPassword + QByteArray::number(winner)), 200, "");
    QCOMPARE(m_server->events(ada.organizationId).count("UserPasswordChanged"), 1);
}

void TestPasswordReset::usesUpTheOtherTokens()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray first = tokenFor(ada, 1);
    const QByteArray second = tokenFor(ada, 2);
    QVERIFY(first != second && !second.isEmpty());

    QVERIFY_REPLY(reset(first), 204, "");

    QVERIFY_REPLY(reset(second), 400, "invalid_mail_token");
}

void TestPasswordReset::endsAfterItsTime()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray token = tokenFor(ada);

    m_server->advance(30min);

    QVERIFY_REPLY(reset(token), 400, "invalid_mail_token");
    QVERIFY_REPLY(logIn(ada, ada.password), 200, "");
}

void TestPasswordReset::keepsTheTokenAfterABadPassword()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray token = tokenFor(ada);

    const TestReply refused = reset(token, "short");

    QVERIFY_REPLY(refused, 422, "password_policy");
    QVERIFY2(refused.errors().contains("newPassword:password_too_short"), refused.described().constData());
    QVERIFY_REPLY(reset(token), 204, "");
}

void TestPasswordReset::refusesOtherTokens_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::newRow("no base64") << QByteArray("not a token!");
    QTest::newRow("too short") << QByteArray("AAAA");
    QTest::newRow("nobody's") << QByteArray(64, 'A');
    QTest::newRow("a stranger's") << base64Url(QUuid::createUuid().toRfc4122() + QByteArray(32, 'x'));
    QTest::newRow("longer than any") << QByteArray(128, 'A');
    QTest::newRow("hers, guessed") << QByteArray("hers");
    QTest::newRow("hers, for another purpose") << QByteArray("verification");
    QTest::newRow("his, for hers") << QByteArray("mixed");
}

void TestPasswordReset::refusesOtherTokens()
{
    QFETCH(QByteArray, token);
    const SignedUp ada = m_server->signUp();
    const QByteArray good = *base64UrlDecode(tokenFor(ada));
    if (token == "hers")
        token = base64Url(good.first(16) + QByteArray(32, 'x'));
    if (token == "verification") {
        token = base64Url(good.first(16) + QByteArray(32, 'y'));
        m_server->sql("insert into aegis.email_token (user_id, token_hash, kind, email, created_at, expires_at) "
                      "values ($1::uuid, sha256($2::text::bytea), 'email_verification', $3, now(), now() + interval '1 day')",
                      Text{ada.userId}, Text{token}, Text{ada.email});
    }
    if (token == "mixed") { // the secret of his mail with her id
        const SignedUp bob = m_server->signUp();
        token = base64Url(good.first(16) + base64UrlDecode(tokenFor(bob))->sliced(16));
    }

    QVERIFY_REPLY(reset(token), 400, "invalid_mail_token");

    QVERIFY_REPLY(logIn(ada, ada.password), 200, "");
    QVERIFY_REPLY(reset(base64Url(good)), 204, ""); // and hers still works
}

void TestPasswordReset::refusesATokenForAnotherAddress()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray token = tokenFor(ada);
    m_server->sql("update aegis.\"user\" set email = 'moved@example.com' where id = $1::uuid", Text{ada.userId});

    QVERIFY_REPLY(reset(token), 400, "invalid_mail_token");
}

void TestPasswordReset::refusesAllTokensAlike()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    const QByteArray used = tokenFor(ada, 1);
    QVERIFY_REPLY(reset(used), 204, "");
    const QByteArray expired = tokenFor(bob);
    m_server->advance(30min);
    const QByteArray good = *base64UrlDecode(expired);
    const auto shapeOf = [](const TestReply &reply) {
        QJsonObject body = reply.json();
        body.remove(QStringLiteral("correlationId"));
        body.remove(QStringLiteral("instance"));
        return QByteArray::number(reply.status) + QJsonDocument(body).toJson();
    };

    const QByteArray first = shapeOf(reset(used));

    QVERIFY2(first.contains("invalid_mail_token"), first.constData());
    for (const QByteArray &token : {expired, base64Url(good.first(16) + QByteArray(32, 'x')),
                                    base64Url(QUuid::createUuid().toRfc4122() + QByteArray(32, 'x')), QByteArray(64, 'A')})
        QCOMPARE(shapeOf(reset(token)), first);
}

void TestPasswordReset::takesNoAddressThatCarriesMore_data()
{
    QTest::addColumn<QByteArray>("email");
    QTest::newRow("a header") << QByteArray("ada@example.com\r\nBcc: eve@example.com");
    QTest::newRow("a header, LF only") << QByteArray("ada@example.com\nBcc: eve@example.com");
    QTest::newRow("a header, CR only") << QByteArray("ada@example.com\rBcc: eve@example.com");
    QTest::newRow("in the name") << QByteArray("\"ada\r\nBcc: eve@example.com\"@example.com");
    QTest::newRow("a command") << QByteArray("ada@example.com>\r\nRCPT TO:<eve@example.com");
    QTest::newRow("a parameter") << QByteArray("ada@example.com> SIZE=1 <eve@example.com");
    QTest::newRow("two") << QByteArray("ada@example.com, eve@example.com");
    QTest::newRow("two, by a semicolon") << QByteArray("ada@example.com;eve@example.com");
    QTest::newRow("a group") << QByteArray("all:ada@example.com,eve@example.com;");
    QTest::newRow("with a name") << QByteArray("Ada <ada@example.com>");
    QTest::newRow("a line of Unicode") << QByteArray("ada@example.com\xe2\x80\xa8"
                                                     "Bcc: eve@example.com");
    QTest::newRow("a NUL") << QByteArray("ada@example.com\0eve", 19);
}

void TestPasswordReset::takesNoAddressThatCarriesMore()
{
    QFETCH(const QByteArray, email);

    const TestReply reply = forgot(email);

    // No text with a control character gets as far as being an address.
    const bool hasControl = std::any_of(email.begin(), email.end(), [](char c) { return c >= 0 && c < 0x20; });
    QVERIFY_REPLY(reply, hasControl ? 400 : 422, hasControl ? "malformed_json" : "validation_failed");
    QTRY_VERIFY(isSettled());
    QCOMPARE(MailBox(m_server->dataDirectory()).to("eve@example.com").size(), std::size_t(0));
    QCOMPARE(MailBox(m_server->dataDirectory()).to("ada@example.com").size(), std::size_t(0));
}

void TestPasswordReset::putsNothingThatSomebodyTypedIntoAMail()
{
    QJsonObject request = m_server->signupRequest();
    request[QStringLiteral("firstName")] = QStringLiteral("Visit https://evil.example now");
    request[QStringLiteral("organizationName")] = QStringLiteral("<b>Bcc: eve@example.com</b>");
    const SignedUp ada = signedUpBy(m_server->client().post("/auth/signup", request), {});
    QVERIFY(!ada.email.isEmpty());

    QVERIFY_REPLY(m_server->client()
                      .with("User-Agent", "https://evil.example")
                      .with("Origin", "https://evil.example")
                      .with("X-Forwarded-Host", "evil.example")
                      .post("/auth/password/forgot", textObject({{"email", ada.email}})),
                  202, "");

    const auto mails = MailBox(m_server->dataDirectory()).waitFor(ada.email);
    QCOMPARE(mails.size(), std::size_t(1));
    QVERIFY2(!mails.front().raw.contains("evil") && !mails.front().raw.contains("eve@"), mails.front().raw.constData());
    QVERIFY(!mails.front().plain.contains(QStringLiteral("evil")) && !mails.front().html.contains(QStringLiteral("evil")));
}

void TestPasswordReset::refusesASuspendedAccount()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray token = tokenFor(ada);
    m_server->sql("update aegis.\"user\" set status = 'suspended' where id = $1::uuid", Text{ada.userId});

    QVERIFY_REPLY(reset(token), 400, "invalid_mail_token");
}

void TestPasswordReset::floodsNobodysMailbox()
{
    const SignedUp ada = m_server->signUp();

    const auto replies = together(16, [&](int) { return forgot(ada.email); });

    for (const TestReply &reply : replies)
        QVERIFY_REPLY(reply, 202, "");
    QTRY_VERIFY(isSettled());
    QCOMPARE(MailBox(m_server->dataDirectory()).to(ada.email).size(), std::size_t(5));
    QCOMPARE(m_server->events(ada.organizationId).count("PasswordResetRequested"), 5);
    m_server->advance(61min);
    QVERIFY_REPLY(forgot(ada.email), 202, "");
    QCOMPARE(MailBox(m_server->dataDirectory()).waitFor(ada.email, 6).size(), std::size_t(6));
}

// A stranger uses up the mails of the hour, and goes on asking.
void TestPasswordReset::keepsNobodyFromALink()
{
    const SignedUp ada = m_server->signUp();
    for (std::size_t i = 1; i <= 5; ++i)
        QVERIFY(!tokenFor(ada, i).isEmpty());
    const QByteArray newest = MailBox(m_server->dataDirectory()).to(ada.email).back().token();

    m_server->advance(14min);
    QVERIFY_REPLY(forgot(ada.email), 202, "");
    QTRY_VERIFY(isSettled());
    QCOMPARE(MailBox(m_server->dataDirectory()).to(ada.email).size(), std::size_t(5)); // the last one works for 16 minutes more
    m_server->advance(2min);
    const QByteArray own = tokenFor(ada, 6);

    QVERIFY(!own.isEmpty() && own != newest);
    m_server->advance(13min);
    QVERIFY_REPLY(reset(own), 204, "");
}

void TestPasswordReset::keepsNobodyFromALinkThatWasUsed()
{
    const SignedUp ada = m_server->signUp();
    for (std::size_t i = 1; i <= 5; ++i)
        QVERIFY(!tokenFor(ada, i).isEmpty());
    QVERIFY_REPLY(reset(MailBox(m_server->dataDirectory()).to(ada.email).back().token()), 204, ""); // no link works any more

    m_server->advance(4min);
    QVERIFY_REPLY(forgot(ada.email), 202, "");
    QTRY_VERIFY(isSettled());
    QCOMPARE(MailBox(m_server->dataDirectory()).to(ada.email).size(), std::size_t(6)); // five, and that the password was reset
    m_server->advance(1min);

    QVERIFY_REPLY(reset(tokenFor(ada, 7), "Another-Pier-55-Copper"), 204, "");
}

void TestPasswordReset::floodsNobodysMailboxWithTheReserve()
{
    const SignedUp ada = m_server->signUp();
    for (std::size_t i = 1; i <= 5; ++i)
        QVERIFY(!tokenFor(ada, i).isEmpty());

    for (int minutes = 3; minutes < 60; minutes += 3) {
        m_server->advance(3min);
        QVERIFY_REPLY(forgot(ada.email), 202, "");
        QTRY_VERIFY(isSettled());
    }

    QCOMPARE(MailBox(m_server->dataDirectory()).to(ada.email).size(), std::size_t(8)); // at 15, 30 and 45 minutes
}

void TestPasswordReset::keepsNoTokenLegible()
{
    TestServer server(Environment{{"MAIL_POLL", "10m"}});
    server.client().with("User-Agent", "legible-agent").post("/auth/password/forgot", textObject({{"email", "legible@example.com"}}));

    QCOMPARE(server.value<qint64>("select count(*) from aegis.mail_request"), qint64(1));
    const QByteArray row = server.value<QByteArray>("select r::text || encode(sealed, 'escape') from aegis.mail_request r");
    QVERIFY2(!row.contains("legible"), row.constData());
    const SignedUp ada = m_server->signUp();
    const QByteArray token = tokenFor(ada);
    QVERIFY(m_server->value<bool>("select bool_and(t::text not like '%' || $1::text || '%') from aegis.email_token t", Text{token}));
    QVERIFY(m_server->value<bool>("select bool_and(e::text not like '%' || $1::text || '%') from aegis.event e", Text{token}));
}

void TestPasswordReset::isWrittenDown()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray correlation = "0193a0f0-7c00-7abc-8def-00000000f00d";
    m_server->client()
        .with("X-Correlation-ID", correlation)
        .with("User-Agent", "her browser")
        .post("/auth/password/forgot", textObject({{"email", ada.email}}));
    const auto mails = MailBox(m_server->dataDirectory()).waitFor(ada.email);
    QCOMPARE(mails.size(), std::size_t(1));

    QVERIFY_REPLY(reset(mails.front().token()), 204, "");

    const Row asked = m_server
                          ->sql(
                              "select correlation_id, host(ip), user_agent, actor_id is null from aegis.event where type = 'PasswordResetRequested' "
                              "and subject_id = $1::uuid",
                              Text{ada.userId})
                          .first();
    QCOMPARE(asked.get<QUuid>(0), QUuid(QString::fromLatin1(correlation))); // of who asked, though a job has done it
    QCOMPARE(asked.get<QByteArray>(1), QByteArray("127.0.0.1"));
    QCOMPARE(asked.get<QByteArray>(2), QByteArray("her browser"));
    QVERIFY(asked.get<bool>(3));
    const QByteArrayList events = m_server->events(ada.organizationId);
    QCOMPARE(events.mid(events.size() - 2), (QByteArrayList{"UserPasswordChanged", "RefreshTokenRevoked"}));
    QCOMPARE(m_server->value<QByteArray>("select payload ->> 'reason' from aegis.event where type = 'RefreshTokenRevoked' and tenant_id = $1::uuid",
                                         Text{ada.organizationId}),
             QByteArray("password_reset"));
}

void TestPasswordReset::survivesADatabaseThatGoesAway()
{
    TestServer server;
    const SignedUp ada = server.signUp();
    QVERIFY_REPLY(server.client().post("/auth/password/forgot", textObject({{"email", ada.email}})), 202, "");

    server.takeDatabaseAway();
    QVERIFY_REPLY(server.client().post("/auth/password/forgot", textObject({{"email", ada.email}})), 503, "database_unavailable");
    server.giveDatabaseBack();

    QVERIFY(MailBox(server.dataDirectory()).waitFor(ada.email).size() >= 1);
}

AEGIS_TEST(TestPasswordReset)
#include "TestPasswordReset.moc"
