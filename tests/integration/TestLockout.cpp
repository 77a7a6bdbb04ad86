#include "server/app/Services.h"
#include "tests/integration/ServingRole.h"
#include "tests/support/Await.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// LOCKOUT=strict: what locks an account, what that ends, and who unlocks it.
class TestLockout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_server = std::make_unique<TestServer>(
            Environment{{"LOCKOUT", "strict"}, {"ACCOUNT_FAILURES", "12"}, {"TRUSTED_PROXIES", "127.0.0.1"}, {"REVOCATION_POLL", "20ms"}});
    }
    void cleanupTestCase() { m_server.reset(); }
    void locksAfterTooManyFailures();
    void answersTheSameForAnAddressThatNobodyHas();
    void locksOnceUnderManyGuessesAtOnce();
    void tellsThePersonByMail();
    void tellsThePersonInItsLanguage_data();
    void tellsThePersonInItsLanguage();
    void theTimerUnlocks();
    void theHousekeepingUnlocksWhoDoesNotComeBack();
    void aRestartLiftsNoLock();
    void anAdministratorUnlocks();
    void nobodyElseUnlocks();
    void aLockByAnAdministratorStays();

private:
    TestReply login(const QByteArray &email, const QByteArray &password)
    {
        return m_server->client().with("X-Forwarded-For", newAddress()).post("/auth/login", textObject({{"email", email}, {"password", password}}));
    }
    TestReply guess(const QByteArray &email) { return login(email, "Not-The-Password-1"); }
    void lock(const QByteArray &email)
    {
        for (int i = 0; i < 12; ++i)
            QVERIFY_REPLY(guess(email), 401, "invalid_credentials");
    }
    QByteArray newAddress()
    {
        const int number = m_addresses++;
        return "198.51." + QByteArray::number(number / 250) + '.' + QByteArray::number(1 + number % 250);
    }
    QByteArray statusOf(const SignedUp &person)
    {
        return m_server->value<QByteArray>("select status || coalesce(' for ' || extract(epoch from locked_until - $2)::int, '') from aegis.user "
                                           "where id = $1::uuid",
                                           Text{person.userId}, m_server->now());
    }

    std::unique_ptr<TestServer> m_server;
    int m_addresses = 0;
};

void TestLockout::locksAfterTooManyFailures()
{
    const SignedUp ada = m_server->signUp();
    lock(ada.email);

    const QByteArray status = statusOf(ada);
    QVERIFY2(status.startsWith("locked for "), status.constData());
    QVERIFY2(status.mid(11).toInt() > 600 && status.mid(11).toInt() <= 900, status.constData());
    const TestReply wrong = guess(ada.email);
    const TestReply right = login(ada.email, ada.password);
    QVERIFY_REPLY(wrong, 429, "rate_limited");
    QVERIFY_REPLY(right, 429, "rate_limited");
    QVERIFY2(right.field("Retry-After").toInt() > 600 && right.field("Retry-After").toInt() <= 900, right.described().constData());
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).get("/auth/me"), 401, "invalid_token"); // its sessions have ended
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}})), 401, "invalid_refresh_token");
    QCOMPARE(m_server->events(ada.organizationId).last(3), (QByteArrayList{"UserLoginFailed", "UserAccountLocked", "RefreshTokenRevoked"}));
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and ended_at is null", Text{ada.userId}),
             qint64(0));
}

void TestLockout::answersTheSameForAnAddressThatNobodyHas()
{
    lock("nobody.has.it@example.com");

    const TestReply refused = guess("nobody.has.it@example.com");

    QVERIFY_REPLY(refused, 429, "rate_limited");
    QVERIFY(refused.field("Retry-After").toInt() > 600 && refused.field("Retry-After").toInt() <= 900);
}

void TestLockout::locksOnceUnderManyGuessesAtOnce()
{
    const SignedUp ada = m_server->signUp();
    std::vector<QByteArray> addresses;
    for (int i = 0; i < 100; ++i)
        addresses.push_back(newAddress());

    const auto replies = together(100, [&](int i) {
        return m_server->client()
            .with("X-Forwarded-For", addresses[static_cast<std::size_t>(i)])
            .post("/auth/login", textObject({{"email", ada.email}, {"password", "Not-The-Password-1"}}))
            .status;
    });

    QCOMPARE(std::count(replies.begin(), replies.end(), 401), 12);
    QCOMPARE(std::count(replies.begin(), replies.end(), 429), 88);
    QCOMPARE(m_server->events(ada.organizationId).count("UserAccountLocked"), 1);
}

void TestLockout::tellsThePersonByMail()
{
    const SignedUp ada = m_server->signUp();

    lock(ada.email);
    for (int i = 0; i < 3; ++i)
        QVERIFY_REPLY(guess(ada.email), 429, "rate_limited");

    QTRY_VERIFY(m_server->value<bool>("select not exists (select from aegis.mail_outbox)"));
    const auto mails = MailBox(m_server->dataDirectory()).to(ada.email);
    QCOMPARE(mails.size(), std::size_t(1)); // one for each lock
    QCOMPARE(mails.front().header(QStringLiteral("subject")), QStringLiteral("Your Aegis account is locked for now"));
    QVERIFY2(mails.front().plain.contains(QStringLiteral("198.51.")), qPrintable(mails.front().plain));
    QVERIFY(!mails.front().raw.contains("token") && !mails.front().raw.contains("http"));
}

void TestLockout::tellsThePersonInItsLanguage_data()
{
    QTest::addColumn<QByteArrayList>("sessions"); ///< Accept-Language of the signup, and of logins after it
    QTest::addColumn<QString>("language");
    QTest::newRow("of the signup") << QByteArrayList{"de-AT,de;q=0.9"} << QStringLiteral("de");
    QTest::newRow("of the newest session") << QByteArrayList{"de", "fr"} << QStringLiteral("fr");
    QTest::newRow("of the newest session that has one") << QByteArrayList{"de", ""} << QStringLiteral("de");
    QTest::newRow("none is known") << QByteArrayList{""} << QStringLiteral("en");
}

// Who guesses chooses no language for a stranger's mail.
void TestLockout::tellsThePersonInItsLanguage()
{
    QFETCH(QByteArrayList, sessions);
    QFETCH(QString, language);
    const auto speaking = [&](const QByteArray &languages) {
        const TestClient client = m_server->client().with("X-Forwarded-For", newAddress());
        return languages.isEmpty() ? client : client.with("Accept-Language", languages);
    };
    const QJsonObject request = m_server->signupRequest();
    const QByteArray password = request[QLatin1String("password")].toString().toUtf8();
    const SignedUp ada = signedUpBy(speaking(sessions.takeFirst()).post("/auth/signup", request), password);
    for (const QByteArray &languages : sessions) {
        m_server->advance(1s);
        QVERIFY_REPLY(speaking(languages).post("/auth/login", textObject({{"email", ada.email}, {"password", password}})), 200, "");
    }

    for (int i = 0; i < 12; ++i)
        QVERIFY_REPLY(speaking("zh-CN").post("/auth/login", textObject({{"email", ada.email}, {"password", "Not-The-Password-1"}})), 401,
                      "invalid_credentials");

    const auto mails = MailBox(m_server->dataDirectory()).waitFor(ada.email);
    QCOMPARE(mails.size(), std::size_t(1));
    QCOMPARE(mails.front().header(QStringLiteral("content-language")), language);
}

void TestLockout::theTimerUnlocks()
{
    const SignedUp ada = m_server->signUp();
    lock(ada.email);
    m_server->advance(14min);
    QVERIFY_REPLY(login(ada.email, ada.password), 429, "rate_limited");
    m_server->advance(1min);

    QVERIFY_REPLY(login(ada.email, ada.password), 200, "");

    QCOMPARE(statusOf(ada), QByteArray("active"));
    QCOMPARE(m_server->events(ada.userId), (QByteArrayList{"UserAccountUnlocked"})); // the person's, whichever organization it is in
    for (int i = 0; i < 11; ++i)
        QVERIFY_REPLY(guess(ada.email), 401, "invalid_credentials"); // all of them may fail again
    QCOMPARE(statusOf(ada), QByteArray("active"));
}

void TestLockout::theHousekeepingUnlocksWhoDoesNotComeBack()
{
    const SignedUp ada = m_server->signUp();
    lock(ada.email);
    DatabaseSession house(m_server->database().serving);
    QVERIFY_RESULT(AccountLockService::unlockExpired(house, m_server->now() + 14min));
    QVERIFY(statusOf(ada).startsWith("locked"));

    QVERIFY_RESULT(AccountLockService::unlockExpired(house, m_server->now() + 16min));

    QCOMPARE(statusOf(ada), QByteArray("active"));
    QCOMPARE(m_server->value<QByteArray>("select payload->>'reason' from aegis.event where type = 'UserAccountUnlocked' and subject_id = $1::uuid",
                                         Text{ada.userId}),
             QByteArray("timer"));
}

void TestLockout::aRestartLiftsNoLock()
{
    const SignedUp ada = m_server->signUp();
    lock(ada.email);
    const auto restarted = m_server->another(); // it has counted nothing

    const auto reply = restarted->client().post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}}));

    QVERIFY_REPLY(reply, 401, "invalid_credentials"); // as a wrong one, so nobody learns anything
    QCOMPARE(m_server->value<QByteArray>("select payload->>'reason' from aegis.event where correlation_id = $1::uuid",
                                         Text{reply.field("X-Correlation-ID")}),
             QByteArray("account_locked"));
}

void TestLockout::anAdministratorUnlocks()
{
    const SignedUp ada = m_server->signUp();
    lock(ada.email);
    RequestContext context = RequestContext::forSystem(m_server->now());
    context.tenant = {.organization = *OrganizationId::parse(ada.organizationId), .user = UserId::make(context.now)};
    context.actor.user = context.tenant.user;

    const Result<void> unlocked = await(m_server->application().services().locks.unlock(context, *UserId::parse(ada.userId)));

    QVERIFY_RESULT(unlocked);
    QCOMPARE(statusOf(ada), QByteArray("active"));
    QVERIFY_REPLY(login(ada.email, ada.password), 200, ""); // the failures are forgotten with it
    const Row event = m_server
                          ->sql("select payload->>'reason', actor_id, subject_id from aegis.event where tenant_id = $1::uuid and type = "
                                "'UserAccountUnlocked'",
                                Text{ada.organizationId})
                          .first();
    QCOMPARE(event.get<QByteArray>(0), QByteArray("administrator"));
    QCOMPARE(event.get<UserId>(1), context.actor.user);
    QCOMPARE(event.get<UserId>(2).text(), ada.userId);
}

void TestLockout::nobodyElseUnlocks()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp other = m_server->signUp();
    const SignedUp alone = m_server->registerPerson();
    lock(ada.email);
    lock(alone.email);
    RequestContext context = RequestContext::forSystem(m_server->now());
    context.tenant = {.organization = *OrganizationId::parse(other.organizationId), .user = *UserId::parse(other.userId)};

    for (const QByteArray &id : {ada.userId, alone.userId, other.userId, UserId::make(context.now).text()}) {
        const Result<void> refused = await(m_server->application().services().locks.unlock(context, *UserId::parse(id)));
        QVERIFY(!refused);
        QCOMPARE(refused.problem().code, ProblemCode::NotFound);
    }
    QVERIFY(statusOf(ada).startsWith("locked"));
    QVERIFY(statusOf(alone).startsWith("locked"));
    QVERIFY_REPLY(login(ada.email, ada.password), 429, "rate_limited");
}

void TestLockout::aLockByAnAdministratorStays()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.user set status = 'locked' where id = $1::uuid", Text{ada.userId});
    m_server->advance(24h);

    QVERIFY_REPLY(login(ada.email, ada.password), 403, "account_unavailable");
    QCOMPARE(statusOf(ada), QByteArray("locked"));
}

AEGIS_TEST(TestLockout)
#include "TestLockout.moc"
