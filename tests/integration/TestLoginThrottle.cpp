#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonDocument>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Guessing passwords, over HTTP: from one address, from many, and in parallel.
class TestLoginThrottle : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    { // Longer delays than by default, so that a slow machine does not wait for them by being slow.
        m_server = std::make_unique<TestServer>(
            Environment{{"TRUSTED_PROXIES", "127.0.0.1"}, {"ACCOUNT_DELAY", "60s"}, {"ACCOUNT_DELAY_MAX", "10m"}});
    }
    void cleanupTestCase() { m_server.reset(); }
    void pausesAfterTenFailures();
    void answersTheSameForAnAddressThatNobodyHas();
    void forgetsAfterASuccess();
    void letsTenOfTwoHundredGuessesThrough();
    void delaysGuessesFromManyAddresses();
    void doesNotHoldUpWhoIsSignedInThere();
    void countsNothingThatWasNotJudged();
    void tellsOfManyAddressesOnce();
    void tellsOfManyAccountsOnce();

private:
    TestReply login(const QByteArray &email, const QByteArray &password, const QByteArray &address) const
    {
        return m_server->client().with("X-Forwarded-For", address).post("/auth/login", textObject({{"email", email}, {"password", password}}));
    }
    TestReply guess(const QByteArray &email, const QByteArray &address) const { return login(email, "Not-The-Password-1", address); }
    QByteArray newAddress()
    {
        const int number = m_addresses++;
        return "198.51." + QByteArray::number(number / 250) + '.' + QByteArray::number(1 + number % 250);
    }
    /// Status, the fields about limits, and the body without what is always another.
    static QByteArray shapeOf(const TestReply &reply)
    {
        QJsonObject body = reply.json();
        body.remove(QStringLiteral("correlationId"));
        return QByteArray::number(reply.status) + reply.field("Retry-After") + QJsonDocument(body).toJson(QJsonDocument::Compact);
    }
    qint64 eventsOf(const QByteArray &reason)
    {
        return m_server->value<qint64>("select count(*) from aegis.event where type = 'SuspiciousActivityDetected' and payload->>'reason' = $1",
                                       Text{reason});
    }

    std::unique_ptr<TestServer> m_server;
    int m_addresses = 0;
};

void TestLoginThrottle::pausesAfterTenFailures()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray here = newAddress();
    for (int i = 0; i < 10; ++i)
        QVERIFY_REPLY(guess(ada.email, here), 401, "invalid_credentials");

    const TestReply wrong = guess(ada.email, here);
    const TestReply right = login(ada.email, ada.password, here);
    QVERIFY_REPLY(wrong, 429, "rate_limited");
    QVERIFY_REPLY(right, 429, "rate_limited");
    QVERIFY2(wrong.field("Retry-After").toInt() > 30 && wrong.field("Retry-After").toInt() <= 60, wrong.described().constData());
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid", Text{ada.userId}), qint64(1));
    QVERIFY_REPLY(login(ada.email.toUpper(), ada.password, here), 429, "rate_limited"); // one address, however it is written
    QVERIFY_REPLY(login(ada.email, ada.password, newAddress()), 200, "");               // the pause is of the pair

    m_server->advance(60s);
    QVERIFY_REPLY(login(ada.email, ada.password, here), 200, "");
    for (int i = 0; i < 10; ++i)
        QVERIFY_REPLY(guess(ada.email, here), 401, "invalid_credentials");
    for (const auto pause : {60s, 120s, 240s, 480s, 900s, 900s}) {
        QVERIFY_REPLY(guess(ada.email, here), 429, "rate_limited");
        m_server->advance(pause - 30s);
        QVERIFY_REPLY(guess(ada.email, here), 429, "rate_limited");
        m_server->advance(30s);
        QVERIFY_REPLY(guess(ada.email, here), 401, "invalid_credentials");
    }
    m_server->advance(12h);
    for (int i = 0; i < 10; ++i)
        QVERIFY_REPLY(guess(ada.email, here), 401, "invalid_credentials");
}

void TestLoginThrottle::answersTheSameForAnAddressThatNobodyHas()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray here = newAddress();
    for (const QByteArray other : {"nobody.has.this@example.com", "no address at all"}) {
        for (int i = 0; i < 10; ++i)
            QVERIFY_REPLY(guess(other, here), 401, "invalid_credentials");
    }
    for (int i = 0; i < 10; ++i)
        QVERIFY_REPLY(guess(ada.email, here), 401, "invalid_credentials");

    const auto withoutTime = [](TestReply reply) {
        reply.head.replace(reply.field("Retry-After"), "N"); // a second may have passed
        return shapeOf(reply);
    };
    QCOMPARE(withoutTime(guess("nobody.has.this@example.com", here)), withoutTime(guess(ada.email, here)));
    QCOMPARE(withoutTime(guess("no address at all", here)), withoutTime(login(ada.email, ada.password, here)));
}

void TestLoginThrottle::forgetsAfterASuccess()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray here = newAddress();
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 9; ++i)
            QVERIFY_REPLY(guess(ada.email, here), 401, "invalid_credentials");
        QVERIFY_REPLY(login(ada.email, ada.password, here), 200, "");
    }
}

void TestLoginThrottle::letsTenOfTwoHundredGuessesThrough()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray here = newAddress();

    const auto replies = together(200, [&](int) { return guess(ada.email, here).status; });

    QCOMPARE(std::count(replies.begin(), replies.end(), 401), 10);
    QCOMPARE(std::count(replies.begin(), replies.end(), 429), 190);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where type = 'UserLoginFailed' and subject_id = $1::uuid", Text{ada.userId}),
             qint64(10));
    QVERIFY_REPLY(login(ada.email, ada.password, here), 429, "rate_limited");
}

void TestLoginThrottle::delaysGuessesFromManyAddresses()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.session set ip = '203.0.113.200' where user_id = $1::uuid", Text{ada.userId});
    for (const QByteArray &email : {ada.email, QByteArray("nobody.at.all@example.com")}) {
        for (int i = 0; i < 30; ++i)
            QVERIFY_REPLY(guess(email, newAddress()), 401, "invalid_credentials");
        for (const int delay : {60, 120, 180}) {
            const TestReply refused = guess(email, newAddress());
            QVERIFY_REPLY(refused, 429, "rate_limited");
            const int wait = refused.field("Retry-After").toInt();
            QVERIFY2(wait > delay - 30 && wait <= delay, refused.described().constData());
            m_server->advance(std::chrono::seconds(delay));
            QVERIFY_REPLY(guess(email, newAddress()), 401, "invalid_credentials");
        }
    }
    QVERIFY_REPLY(guess(ada.email, newAddress()), 401, "invalid_credentials");
    QVERIFY_REPLY(login(ada.email, ada.password, newAddress()), 429, "rate_limited");
    m_server->advance(10min);
    QVERIFY_REPLY(login(ada.email, ada.password, newAddress()), 200, ""); // nobody is locked out for longer than that
}

void TestLoginThrottle::doesNotHoldUpWhoIsSignedInThere()
{
    const QByteArray home = "203.0.113.7";
    SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(login(ada.email, ada.password, home), 200, "");
    for (int i = 0; i < 45; ++i)
        guess(ada.email, newAddress());
    QVERIFY_REPLY(guess(ada.email, newAddress()), 429, "rate_limited");
    QVERIFY_REPLY(login(ada.email, ada.password, newAddress()), 429, "rate_limited");

    QVERIFY_REPLY(guess(ada.email, home), 401, "invalid_credentials");
    QVERIFY_REPLY(login(ada.email, ada.password, home), 200, "");

    for (int i = 0; i < 45; ++i)
        guess(ada.email, newAddress());
    m_server->sql("update aegis.session set ended_at = now(), end_reason = 'logout' where user_id = $1::uuid", Text{ada.userId});
    QVERIFY_REPLY(login(ada.email, ada.password, home), 429, "rate_limited"); // not at home there any more
}

void TestLoginThrottle::countsNothingThatWasNotJudged()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray here = newAddress();
    for (int i = 0; i < 9; ++i)
        QVERIFY_REPLY(guess(ada.email, here), 401, "invalid_credentials");
    m_server->takeDatabaseAway();
    for (int i = 0; i < 3; ++i)
        QVERIFY_REPLY(login(ada.email, ada.password, here), 503, "database_unavailable");
    m_server->giveDatabaseBack();

    QTRY_COMPARE(login(ada.email, ada.password, here).status, 200);
}

void TestLoginThrottle::tellsOfManyAddressesOnce()
{
    const SignedUp ada = m_server->signUp();
    const qint64 before = eventsOf("many_addresses_on_account");

    for (int i = 0; i < 12; ++i) // fewer, both times together, than what delays the account
        QVERIFY_REPLY(guess(ada.email, newAddress()), 401, "invalid_credentials");

    QCOMPARE(eventsOf("many_addresses_on_account"), before + 1);
    const Row event = m_server
                          ->sql("select tenant_id, subject_id, payload->>'count', version::int from aegis.event "
                                "where type = 'SuspiciousActivityDetected' order by id desc limit 1")
                          .first();
    QCOMPARE(event.get<TenantId>(0).text(), ada.organizationId);
    QCOMPARE(event.get<UserId>(1).text(), ada.userId);
    QCOMPARE(event.get<QString>(2), QStringLiteral("10"));
    QCOMPARE(event.get<int>(3), 2);
    m_server->advance(1h);
    for (int i = 0; i < 12; ++i)
        QVERIFY_REPLY(guess(ada.email, newAddress()), 401, "invalid_credentials");
    QCOMPARE(eventsOf("many_addresses_on_account"), before + 2);
}

void TestLoginThrottle::tellsOfManyAccountsOnce()
{
    const qint64 before = eventsOf("many_accounts_from_address");
    const QByteArray here = newAddress();

    for (int i = 0; i < 40; ++i)
        QVERIFY_REPLY(guess("somebody." + QByteArray::number(i) + "@example.net", here), 401, "invalid_credentials");

    QCOMPARE(eventsOf("many_accounts_from_address"), before + 1);
    QVERIFY(m_server->value<bool>("select tenant_id = '00000000-0000-0000-0000-000000000000' and subject_id is null and ip = $1::inet from "
                                  "aegis.event where payload->>'reason' = 'many_accounts_from_address' order by id desc limit 1",
                                  Text{here}));
}

AEGIS_TEST(TestLoginThrottle)
#include "TestLoginThrottle.moc"
