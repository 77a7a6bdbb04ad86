#include "tests/integration/SecondFactors.h"
#include "tests/support/RedisServer.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Second factors and the limits on failed logins: what half a login forgets (nothing), and that nobody guesses passwords or codes
/// around the limits.
class TestMfaThrottle : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void halfALoginForgetsNoFailures();
    void halfALoginIsNoFailure();
    void theWholeLoginForgetsThem();
    void theWholeLoginForgetsThemInAllInstances();
    void aWrongCodeCountsForItselfAlone();
    void reauthenticatingIsCountedWithTheLogins();
    void reauthenticatingForgetsTheFailures();
    void halfAReauthenticationForgetsNoFailures();
    void aCrowdThatReauthenticatesGetsTenGuesses();
    void guessesFromOneAddressAreLimited();

private:
    static TestReply logIn(const TestServer &server, const SignedUp &person, const QByteArray &password)
    {
        return server.client().post("/auth/login", textObject({{"email", person.email}, {"password", password}}));
    }
    static TestReply guess(const TestServer &server, const SignedUp &person) { return logIn(server, person, "Not-The-Password-1"); }
    TestReply prove(const SignedUp &person, const QByteArray &password, const QByteArray &code = {}) const
    {
        const QJsonObject body = code.isEmpty() ? textObject({{"password", password}}) : textObject({{"password", password}, {"code", code}});
        return m_server->client().as(person.accessToken).post("/auth/reauthenticate", body);
    }

    std::unique_ptr<TestServer> m_server;
};

// Or who has the password of one account could guess that of another for ever, or his own way to the second half.
void TestMfaThrottle::halfALoginForgetsNoFailures()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    for (int i = 0; i < 9; ++i)
        QVERIFY_REPLY(guess(*m_server, ada.person), 401, "invalid_credentials");
    mfaTokenFor(*m_server, ada.person);

    QVERIFY_REPLY(guess(*m_server, ada.person), 401, "invalid_credentials");
    QVERIFY_REPLY(guess(*m_server, ada.person), 429, "rate_limited");
    QVERIFY_REPLY(logIn(*m_server, ada.person, ada.person.password), 429, "rate_limited");
}

void TestMfaThrottle::halfALoginIsNoFailure()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());

    for (int i = 0; i < 12; ++i)
        QVERIFY(!mfaTokenFor(*m_server, ada.person).isEmpty());

    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server, 1)), 200, "");
}

void TestMfaThrottle::theWholeLoginForgetsThem()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    for (int i = 0; i < 9; ++i)
        QVERIFY_REPLY(guess(*m_server, ada.person), 401, "invalid_credentials");
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), ada.code(*m_server, 1)), 200, "");

    for (int i = 0; i < 10; ++i)
        QVERIFY_REPLY(guess(*m_server, ada.person), 401, "invalid_credentials");
    QVERIFY_REPLY(guess(*m_server, ada.person), 429, "rate_limited");
}

void TestMfaThrottle::theWholeLoginForgetsThemInAllInstances()
{
    RedisServer redis;
    TestServer one(Environment{{"REDIS_HOST", "127.0.0.1"}, {"REDIS_PORT", QByteArray::number(redis.port())}});
    const auto other = one.another();
    const auto isUp = [](const TestServer &server) { return server.client().get("/metrics").body.contains("aegis_redis_up 1"); };
    QTRY_VERIFY(isUp(one) && isUp(*other));
    const Enrolled ada = enrol(one, one.signUp());
    for (int i = 0; i < 9; ++i)
        QVERIFY_REPLY(guess(i % 2 ? one : *other, ada.person), 401, "invalid_credentials");
    const QByteArray token = mfaTokenFor(*other, ada.person);

    QVERIFY_REPLY(challenge(one, token, ada.code(one, 1)), 200, "");

    // What Redis is told of it goes the way that the next question goes, on each instance: in order on the one that told.
    for (int i = 0; i < 10; ++i)
        QVERIFY_REPLY(guess(one, ada.person), 401, "invalid_credentials");
    QVERIFY_REPLY(guess(one, ada.person), 429, "rate_limited");
    QVERIFY_REPLY(guess(*other, ada.person), 429, "rate_limited");
}

void TestMfaThrottle::aWrongCodeCountsForItselfAlone()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    for (int i = 0; i < 5; ++i)
        QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), "000000"), 403, "invalid_mfa_code");
    QVERIFY_REPLY(challenge(*m_server, mfaTokenFor(*m_server, ada.person), "000000"), 429, "mfa_paused");

    for (int i = 0; i < 10; ++i) // the password has its ten attempts nevertheless
        QVERIFY_REPLY(guess(*m_server, ada.person), 401, "invalid_credentials");
    QVERIFY_REPLY(guess(*m_server, ada.person), 429, "rate_limited");
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid", Text{ada.person.userId}), qint64(1));
}

// A stolen access token is no way to guess the password without limit.
void TestMfaThrottle::reauthenticatingIsCountedWithTheLogins()
{
    const SignedUp ada = m_server->signUp();
    for (int i = 0; i < 5; ++i) {
        QVERIFY_REPLY(prove(ada, "Not-The-Password-1"), 401, "invalid_credentials");
        QVERIFY_REPLY(guess(*m_server, ada), 401, "invalid_credentials");
    }

    const TestReply refused = prove(ada, ada.password);

    QVERIFY_REPLY(refused, 429, "rate_limited");
    QVERIFY2(refused.field("Retry-After").toInt() > 30 && refused.field("Retry-After").toInt() <= 60, refused.described().constData());
    QVERIFY_REPLY(logIn(*m_server, ada, ada.password), 429, "rate_limited");
    QCOMPARE(m_server->events(ada.tenantId()).count("UserReauthenticated"), 0);
    QCOMPARE(m_server->events(ada.tenantId()).count("UserLoginFailed"), 10);
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).get("/auth/me"), 200, ""); // what the session may it still may

    m_server->advance(60s);
    QVERIFY_REPLY(prove(ada, ada.password), 200, "");
}

void TestMfaThrottle::reauthenticatingForgetsTheFailures()
{
    const SignedUp ada = m_server->signUp();
    for (int i = 0; i < 9; ++i)
        QVERIFY_REPLY(prove(ada, "Not-The-Password-1"), 401, "invalid_credentials");
    QVERIFY_REPLY(prove(ada, ada.password), 200, "");

    for (int i = 0; i < 10; ++i)
        QVERIFY_REPLY(guess(*m_server, ada), 401, "invalid_credentials");
    QVERIFY_REPLY(guess(*m_server, ada), 429, "rate_limited");
}

void TestMfaThrottle::halfAReauthenticationForgetsNoFailures()
{
    const Enrolled ada = enrol(*m_server, m_server->signUp());
    for (int i = 0; i < 9; ++i)
        QVERIFY_REPLY(prove(ada.person, "Not-The-Password-1", "000000"), 401, "invalid_credentials");
    QVERIFY_REPLY(prove(ada.person, ada.person.password, "000000"), 403, "invalid_mfa_code");

    QVERIFY_REPLY(prove(ada.person, "Not-The-Password-1", "000000"), 401, "invalid_credentials");
    QVERIFY_REPLY(prove(ada.person, ada.person.password, ada.code(*m_server, 1)), 429, "rate_limited");
    QCOMPARE(m_server->value<int>("select failures from aegis.mfa_factor where user_id = $1::uuid", Text{ada.person.userId}), 1);
}

void TestMfaThrottle::aCrowdThatReauthenticatesGetsTenGuesses()
{
    const SignedUp ada = m_server->signUp();

    const auto replies = together(100, [&](int) { return prove(ada, "Not-The-Password-1"); });

    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.status == 401; }), 10);
    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.status == 429; }), 90);
    QCOMPARE(m_server->events(ada.tenantId()).count("UserLoginFailed"), 10);
}

// Codes of many people from one address: the pause of each person does not see that, the limit of the address does.
void TestMfaThrottle::guessesFromOneAddressAreLimited()
{
    TestServer server(Environment{{"RATE_LIMIT_MFA", "15/1m"}, {"TRUSTED_PROXIES", "127.0.0.1"}});
    QByteArrayList tokens;
    for (int i = 0; i < 4; ++i) {
        const TestClient own = server.client().with("X-Forwarded-For", "198.51.100." + QByteArray::number(i + 1));
        const SignedUp person = server.signUp();
        const TestReply enabled = own.as(person.accessToken).post("/auth/mfa/enable");
        const Enrolled enrolled{.person = person, .secret = base32Decoded(enabled.text(QLatin1String("secret"))), .backupCodes = {}};
        QVERIFY_REPLY(own.as(person.accessToken).post("/auth/mfa/verify", textObject({{"code", enrolled.code(server)}})), 200, "");
        tokens.append(mfaTokenFor(server, person));
    }
    const TestClient guesser = server.client().with("X-Forwarded-For", "203.0.113.7");
    const auto replies = together(20, [&](int i) {
        return guesser.post("/auth/mfa/challenge", textObject({{"mfaToken", tokens[i % 4]}, {"code", "000000"}}));
    });

    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.code() == "rate_limited"; }), 5);
    const qint64 failed = server.value<qint64>("select count(*) from aegis.event where type = 'MfaChallengeFailed'");
    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.code() == "invalid_mfa_code"; }), failed);
    QVERIFY(failed <= 15);
    const TestReply elsewhere = server.client()
                                    .with("X-Forwarded-For", "203.0.113.8")
                                    .post("/auth/mfa/challenge", textObject({{"mfaToken", "a.b.c"}, {"code", "000000"}}));
    QVERIFY_REPLY(elsewhere, 401, "invalid_mfa_token");
}

AEGIS_TEST(TestMfaThrottle)
#include "TestMfaThrottle.moc"
