#include "server/crypto/Digest.h"
#include "server/log/Log.h"
#include "server/passwords/PasswordHasher.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

#include <QtCore/QTemporaryFile>

using namespace aegis;
using namespace aegis::test;

namespace {

QByteArray keysOf(const TestReply &reply)
{
    return reply.json().keys().join(u' ').toLatin1();
}

/// An answer without what differs between any two.
QByteArray withoutItsOwn(const TestReply &reply)
{
    QByteArray text = reply.head + "\n" + reply.body;
    text.replace(reply.field("X-Correlation-ID"), "CORRELATION").replace(reply.field("Date"), "DATE");
    return text;
}

} // namespace

class TestLogin : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void opensASession();
    void comparesTheAddressWithoutCase();
    void answersAnUnknownAddressAsAWrongPassword();
    void recordsAnUnknownAddressForThePlatform_data();
    void recordsAnUnknownAddressForThePlatform();
    void oneAddressHasOneFingerprint();
    void recordsAWrongPasswordInItsTenant();
    void tellsOnlyWhoKnowsThePasswordThatTheAccountIsUnavailable_data();
    void tellsOnlyWhoKnowsThePasswordThatTheAccountIsUnavailable();
    void refusesAnAccountWithoutAPassword();
    void renewsABcryptHash();
    void opensASessionWhenTheHashCannotBeRenewed();
    void refusesAnUnusableHash();
    void opensNoSessionWhenThePasswordChangedMeanwhile();
    void leavesASuspendedOrganizationOut();
    void opensManySessionsAtTheSameMoment();
    void doesNotHashForWhoWasToldThatItTookTooLong();

private:
    TestReply login(const QByteArray &email, const QByteArray &password) const
    {
        return m_server->client().post("/auth/login", textObject({{"email", email}, {"password", password}}));
    }
    qint64 sessionsOf(const SignedUp &person)
    {
        return m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid", Text{person.userId});
    }

    std::unique_ptr<TestServer> m_server;
};

void TestLogin::opensASession()
{
    const SignedUp ada = m_server->signUp();

    const TestReply reply = login(ada.email, ada.password);

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(keysOf(reply), QByteArray("accessToken expiresIn organization refreshExpiresIn refreshToken sessionId tokenType user"));
    const SignedUp again = signedUpBy(reply, ada.password);
    QCOMPARE(again.userId, ada.userId);
    QCOMPARE(again.organizationId, ada.organizationId);
    QCOMPARE(again.slug, ada.slug);
    QVERIFY(again.sessionId != ada.sessionId);
    QCOMPARE(m_server->value<QByteArray>("select current_hash from aegis.refresh_token where session_id = $1::uuid", Text{again.sessionId}),
             sha256(again.refreshToken));
    QCOMPARE(m_server->events(ada.organizationId).mid(5), (QByteArrayList{"UserLoggedIn", "AuthSessionCreated"}));
    QVERIFY_REPLY(m_server->client().as(again.accessToken).get("/auth/me"), 200, "");
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).get("/auth/me"), 200, ""); // the other session goes on
}

void TestLogin::comparesTheAddressWithoutCase()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(login(ada.email.toUpper(), ada.password), 200, "");
}

void TestLogin::answersAnUnknownAddressAsAWrongPassword()
{
    const SignedUp ada = m_server->signUp();

    const TestReply unknown = login("nobody@example.com", ada.password);
    const TestReply wrong = login(ada.email, "Not-The-Password-1");
    const TestReply noAddress = login("no address at all", ada.password);

    QVERIFY_REPLY(unknown, 401, "invalid_credentials");
    QCOMPARE(withoutItsOwn(wrong), withoutItsOwn(unknown));
    QCOMPARE(withoutItsOwn(noAddress), withoutItsOwn(unknown));
}

void TestLogin::recordsAnUnknownAddressForThePlatform_data()
{
    QTest::addColumn<QByteArray>("email");
    QTest::newRow("an address that nobody has") << QByteArray("who.is.this@example.com");
    QTest::newRow("what is no address") << QByteArray("My-Password-By-Mistake-1");
}

void TestLogin::recordsAnUnknownAddressForThePlatform()
{
    QFETCH(QByteArray, email);

    const TestReply reply = login(email, "Not-The-Password-1");

    QVERIFY_REPLY(reply, 401, "invalid_credentials");
    const Rows rows = m_server->sql(
        "select tenant_id, payload->>'reason', payload->>'emailFingerprint', organization_id, actor_id, subject_id, payload::text "
        "from aegis.event where correlation_id = $1::uuid and type = 'UserLoginFailed'",
        Text{reply.field("X-Correlation-ID")});
    QCOMPARE(rows.size(), 1);
    const Row event = rows.first();
    QVERIFY(event.get<TenantId>(0).isNil());
    QCOMPARE(event.get<QString>(1), QStringLiteral("unknown_email"));
    QCOMPARE(event.get<QString>(2).size(), 64);
    QVERIFY(event.isNull(3) && event.isNull(4) && event.isNull(5));
    QVERIFY(!event.get<QByteArray>(6).toLower().contains(email.toLower()));
}

void TestLogin::oneAddressHasOneFingerprint()
{
    const SignedUp ada = m_server->signUp();
    QByteArray wide = ada.email; // IDNA takes a full-width letter of the domain for the plain one
    wide.replace("@e", "@\xef\xbd\x85");
    QVERIFY(wide != ada.email);

    for (const QByteArray &email : {ada.email, ada.email.toUpper(), wide})
        QVERIFY_REPLY(login(email, "Not-The-Password-1"), 401, "invalid_credentials");

    QCOMPARE(m_server->value<int>("select count(*)::int from aegis.event where subject_id = $1::uuid and type = 'UserLoginFailed'", Text{ada.userId}),
             3);
    QCOMPARE(m_server->value<int>("select count(distinct payload->>'emailFingerprint')::int from aegis.event where subject_id = $1::uuid "
                                  "and type = 'UserLoginFailed'",
                                  Text{ada.userId}),
             1);
}

void TestLogin::recordsAWrongPasswordInItsTenant()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->registerPerson();

    QVERIFY_REPLY(login(ada.email, "Not-The-Password-1"), 401, "invalid_credentials");
    QVERIFY_REPLY(login(bob.email, "Not-The-Password-1"), 401, "invalid_credentials");

    for (const SignedUp &person : {ada, bob}) {
        QCOMPARE(m_server->events(person.tenantId()).last(), QByteArray("UserLoginFailed"));
        const Row
            event = m_server
                        ->sql("select payload->>'reason', actor_id, subject_id from aegis.event where tenant_id = $1::uuid order by id desc limit 1",
                              Text{person.tenantId()})
                        .first();
        QCOMPARE(event.get<QString>(0), QStringLiteral("wrong_password"));
        QVERIFY(event.isNull(1)); // who it was is not known
        QCOMPARE(event.get<UserId>(2).text(), person.userId);
        QCOMPARE(sessionsOf(person), qint64(1));
    }
}

void TestLogin::tellsOnlyWhoKnowsThePasswordThatTheAccountIsUnavailable_data()
{
    QTest::addColumn<QByteArray>("status");
    QTest::newRow("suspended") << QByteArray("suspended");
    QTest::newRow("locked") << QByteArray("locked");
}

void TestLogin::tellsOnlyWhoKnowsThePasswordThatTheAccountIsUnavailable()
{
    QFETCH(QByteArray, status);
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.user set status = $2 where id = $1::uuid", Text{ada.userId}, Text{status});

    const TestReply right = login(ada.email, ada.password);
    const TestReply wrong = login(ada.email, "Not-The-Password-1");

    QVERIFY_REPLY(right, 403, "account_unavailable");
    QVERIFY_REPLY(wrong, 401, "invalid_credentials");
    QCOMPARE(sessionsOf(ada), qint64(1));
    const Rows reasons = m_server->sql(
        "select payload->>'reason' from aegis.event where tenant_id = $1::uuid and type = 'UserLoginFailed' order by id", Text{ada.organizationId});
    QCOMPARE(reasons.size(), 2);
    QCOMPARE(reasons[0].get<QString>(0), QStringLiteral("account_unavailable"));
    QCOMPARE(reasons[1].get<QString>(0), QStringLiteral("wrong_password"));
}

void TestLogin::refusesAnAccountWithoutAPassword()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.user set password_hash = null where id = $1::uuid", Text{ada.userId});

    const TestReply reply = login(ada.email, ada.password);

    QVERIFY_REPLY(reply, 401, "invalid_credentials");
    QCOMPARE(withoutItsOwn(reply), withoutItsOwn(login("nobody@example.com", ada.password)));
    QCOMPARE(sessionsOf(ada), qint64(1));
    const Row event = m_server
                          ->sql("select type, payload->>'reason', actor_id, subject_id, tenant_id from aegis.event where correlation_id = $1::uuid",
                                Text{reply.field("X-Correlation-ID")})
                          .first();
    QCOMPARE(event.get<QByteArray>(0), QByteArray("UserLoginFailed"));
    QCOMPARE(event.get<QByteArray>(1), QByteArray("no_password"));
    QVERIFY(event.isNull(2)); // who it was is not known
    QCOMPARE(event.get<UserId>(3).text(), ada.userId);
    QCOMPARE(event.get<TenantId>(4).text(), ada.organizationId);
}

void TestLogin::renewsABcryptHash()
{
    const SignedUp ada = m_server->signUp();
    const auto bcrypt = hashPassword(Secret(ada.password), {.algorithm = PasswordAlgorithm::Bcrypt, .argon2 = {}, .bcryptRounds = 10});
    QVERIFY_RESULT(bcrypt);
    m_server->sql("update aegis.user set password_hash = $2 where id = $1::uuid", Text{ada.userId}, Text{*bcrypt});
    const auto hashNow = [&] { return m_server->value<QByteArray>("select password_hash from aegis.user where id = $1::uuid", Text{ada.userId}); };

    QVERIFY_REPLY(login(ada.email, "Not-The-Password-1"), 401, "invalid_credentials");
    QCOMPARE(hashNow(), *bcrypt); // only who knows the password has it renewed
    QVERIFY_REPLY(login(ada.email, ada.password), 200, "");
    const QByteArray renewed = hashNow();
    QVERIFY_REPLY(login(ada.email, ada.password), 200, "");

    QVERIFY2(renewed.startsWith("$argon2id$v=19$m=8192,t=1,p=1$"), renewed.constData());
    QCOMPARE(hashNow(), renewed);
    QCOMPARE(m_server->events(ada.organizationId).mid(5),
             (QByteArrayList{"UserLoginFailed", "UserLoggedIn", "AuthSessionCreated", "PasswordRehashed", "UserLoggedIn", "AuthSessionCreated"}));
}

void TestLogin::opensASessionWhenTheHashCannotBeRenewed()
{
    QJsonObject request = m_server->signupRequest();
    const QByteArray longPassword = "Blue-Lantern-7719-Orchard-" + QByteArray(58, 'x'); // bcrypt takes 72 bytes
    request[QStringLiteral("password")] = QString::fromLatin1(longPassword);
    const TestReply signup = m_server->client().post("/auth/signup", request);
    QVERIFY_REPLY(signup, 201, "");
    const SignedUp ada = signedUpBy(signup, longPassword);
    const auto hashNow = [&] { return m_server->value<QByteArray>("select password_hash from aegis.user where id = $1::uuid", Text{ada.userId}); };
    const QByteArray hash = hashNow();
    const auto restarted = m_server->another({{"PASSWORD_HASH", "bcrypt"}, {"BCRYPT_ROUNDS", "10"}});
    QTemporaryFile file;
    QVERIFY(file.open());
    log::configure({.level = LogLevel::Warning, .format = LogFormat::Json, .descriptor = file.handle()});
    const auto quiet = qScopeGuard([] { log::configure({.level = LogLevel::Error}); });
    const auto loginThere = [&](const QByteArray &password) {
        return restarted->client().post("/auth/login", textObject({{"email", ada.email}, {"password", password}}));
    };

    const TestReply wrong = loginThere(longPassword + "y");
    const TestReply right = loginThere(longPassword);

    QVERIFY_REPLY(wrong, 401, "invalid_credentials");
    QVERIFY_REPLY(right, 200, "");
    QCOMPARE(hashNow(), hash);
    QCOMPARE(sessionsOf(ada), qint64(2));
    QCOMPARE(m_server->events(ada.organizationId).mid(5), (QByteArrayList{"UserLoginFailed", "UserLoggedIn", "AuthSessionCreated"}));
    QVERIFY_REPLY(restarted->client().as(right.text(QLatin1String("accessToken"))).get("/auth/me"), 200, "");
    QVERIFY(log::flush(std::chrono::seconds(10)));
    QVERIFY(file.seek(0));
    const QByteArray text = file.readAll();
    QVERIFY2(text.count("password_not_rehashed") == 1 && text.contains(ada.userId), text.constData());
    QVERIFY2(!text.contains("Blue-Lantern"), text.constData());
}

void TestLogin::refusesAnUnusableHash()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.user set password_hash = '$argon2id$v=19$m=4194304,t=100,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA' where id = $1::uuid",
                  Text{ada.userId});

    QVERIFY_REPLY(login(ada.email, ada.password), 401, "invalid_credentials");
    QCOMPARE(m_server->events(ada.organizationId).last(), QByteArray("UserLoginFailed"));
}

// Between the look-up and the end of a login lies the hashing. Here the row is held while the password changes, so that the
// login sees the old hash first and waits for the new one.
void TestLogin::opensNoSessionWhenThePasswordChangedMeanwhile()
{
    const SignedUp ada = m_server->signUp();
    const auto newHash = hashPassword(
        Secret("Another-Password-1"),
        {.algorithm = PasswordAlgorithm::Argon2id, .argon2 = {.memoryKib = 8192, .passes = 1, .lanes = 1}, .bcryptRounds = 10});
    QVERIFY_RESULT(newHash);
    DatabaseSession other(m_server->database().administrator);
    TestReply reply;
    std::thread attempt;

    const auto changed = other.write<void>(RequestContext::forSystem(m_server->now()), [&](Tx &tx) -> Result<void> {
        CHECK(tx.query("update aegis.user set password_hash = $2 where id = $1::uuid", Text{ada.userId}, Text{*newHash}));
        attempt = std::thread([&] { reply = login(ada.email, ada.password); });
        for (;;) { // until the login waits for this transaction
            TRY(const Rows rows, tx.query("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"));
            if (rows.first().get<qint64>(0) > 0)
                return {};
        }
    });
    attempt.join();

    QVERIFY_RESULT(changed);
    QVERIFY_REPLY(reply, 401, "invalid_credentials");
    QCOMPARE(sessionsOf(ada), qint64(1));
    QCOMPARE(m_server->events(ada.organizationId).mid(5), QByteArrayList{"UserLoginFailed"});
    QCOMPARE(m_server->value<QString>("select payload->>'reason' from aegis.event where tenant_id = $1::uuid order by id desc limit 1",
                                      Text{ada.organizationId}),
             QStringLiteral("wrong_password")); // it looked again
}

void TestLogin::leavesASuspendedOrganizationOut()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("update aegis.organization set status = 'suspended' where id = $1::uuid", Text{ada.organizationId});

    const TestReply reply = login(ada.email, ada.password);

    QVERIFY_REPLY(reply, 200, ""); // the person is nobody's prisoner: the session is in no organization
    QVERIFY(reply.json()[QLatin1String("organization")].isNull());
    const SignedUp person = signedUpBy(reply, {});
    QVERIFY(m_server->value<bool>("select organization_id is null and tenant_id = user_id from aegis.session where id = $1::uuid",
                                  Text{person.sessionId}));
    QVERIFY_REPLY(m_server->client().as(person.accessToken).get("/auth/me"), 200, "");
}

void TestLogin::opensManySessionsAtTheSameMoment()
{
    const SignedUp ada = m_server->signUp();
    const auto bcrypt = hashPassword(Secret(ada.password), {.algorithm = PasswordAlgorithm::Bcrypt, .argon2 = {}, .bcryptRounds = 10});
    QVERIFY_RESULT(bcrypt);
    m_server->sql("update aegis.user set password_hash = $2 where id = $1::uuid", Text{ada.userId}, Text{*bcrypt});

    const auto replies = together(8, [&](int) { return login(ada.email, ada.password); });

    for (const TestReply &reply : replies)
        QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(sessionsOf(ada), qint64(9));
    QCOMPARE(m_server->events(ada.organizationId).count("PasswordRehashed"), 1);
}

void TestLogin::doesNotHashForWhoWasToldThatItTookTooLong()
{
    TestServer slow({{"HASH_THREADS", "1"},
                     {"PASSWORD_HASH", "bcrypt"},
                     {"BCRYPT_ROUNDS", "15"}, // about two seconds, which nobody waits for
                     {"HTTP_HANDLER_TIMEOUT", "1200ms"},
                     {"DATABASE_STATEMENT_TIMEOUT", "1s"}}); // the first statements of a new cluster take their time on a busy machine
    const QJsonObject request = textObject({{"email", "nobody@example.com"}, {"password", "Not-The-Password-1"}});

    const auto replies = together(6, [&](int) { return slow.client().post("/auth/login", request); });

    for (const TestReply &reply : replies)
        QVERIFY_REPLY(reply, 503, "handler_timeout");
    QTRY_VERIFY_WITH_TIMEOUT(slow.client().get("/metrics").body.contains("aegis_queue_waiting{queue=\"passwords\"} 0\n"), 15'000);
    // The one that was under way counts although its client has given up, and no other was begun.
    QTRY_COMPARE(slow.value<qint64>("select count(*) from aegis.event where type = 'UserLoginFailed'"), qint64(1));
}

AEGIS_TEST(TestLogin)
#include "TestLogin.moc"
