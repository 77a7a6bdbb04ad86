#include "server/crypto/Digest.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonDocument>

using namespace aegis;
using namespace aegis::test;

class TestIdempotency : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void givesTheSameAnswerAgain_data();
    void givesTheSameAnswerAgain();
    void givesTheSameAnswerUnderV1();
    void refusesTheKeyForAnotherBody();
    void keepsTheKeysOfTwoCallsApart();
    void makesOneAccountOfCallsAtTheSameMoment();
    void storesNeitherKeyNorTokens();
    void forgetsTheKeyAfterADay();
    void doesNotRememberARefusal();
    void refusesAKeyThatIsNotWellFormed_data();
    void refusesAKeyThatIsNotWellFormed();

private:
    QJsonObject requestFor(const QByteArray &path)
    {
        QJsonObject request = m_server->signupRequest();
        if (path == "/auth/register") {
            request.remove(QStringLiteral("organizationName"));
            request.remove(QStringLiteral("organizationSlug"));
        }
        return request;
    }
    TestClient clientWith(const QByteArray &key) const { return m_server->client().with("Idempotency-Key", key); }

    std::unique_ptr<TestServer> m_server;
};

void TestIdempotency::givesTheSameAnswerAgain_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("signup") << QByteArray("/auth/signup");
    QTest::newRow("register") << QByteArray("/auth/register");
}

void TestIdempotency::givesTheSameAnswerAgain()
{
    QFETCH(QByteArray, path);
    const TestClient client = clientWith("again-and-again-" + path.sliced(6));
    const QJsonObject request = requestFor(path);
    const TestReply first = client.post(path, request);
    QVERIFY_REPLY(first, 201, "");
    const QByteArray before = m_server->rowCounts();
    m_server->advance(std::chrono::hours(1));

    const TestReply second = client.post(path, request);

    QCOMPARE(second.status, 201);
    QCOMPARE(second.body, first.body);
    QCOMPARE(first.field("Idempotency-Replayed"), QByteArray());
    QCOMPARE(second.field("Idempotency-Replayed"), QByteArray("true"));
    QVERIFY(second.field("X-Correlation-ID") != first.field("X-Correlation-ID"));
    QCOMPARE(m_server->rowCounts(), before);
}

void TestIdempotency::givesTheSameAnswerUnderV1()
{
    const TestClient client = clientWith("with-and-without-v1");
    const QJsonObject request = requestFor("/auth/signup");
    const TestReply first = client.post("/auth/signup", request);
    QVERIFY_REPLY(first, 201, "");
    const QByteArray before = m_server->rowCounts();

    const TestReply second = client.post("/v1/auth/signup", request);

    QVERIFY_REPLY(second, 201, "");
    QCOMPARE(second.body, first.body);
    QCOMPARE(m_server->rowCounts(), before);
}

void TestIdempotency::refusesTheKeyForAnotherBody()
{
    const TestClient client = clientWith("used-for-another-body");
    QVERIFY_REPLY(client.post("/auth/signup", requestFor("/auth/signup")), 201, "");
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = client.post("/auth/signup", requestFor("/auth/signup"));

    QVERIFY_REPLY(reply, 409, "idempotency_key_reused");
    QCOMPARE(m_server->rowCounts(), before);
}

void TestIdempotency::keepsTheKeysOfTwoCallsApart()
{
    const TestClient client = clientWith("the-key-of-two-calls");

    QVERIFY_REPLY(client.post("/auth/signup", requestFor("/auth/signup")), 201, "");
    QVERIFY_REPLY(client.post("/auth/register", requestFor("/auth/register")), 201, "");
}

void TestIdempotency::makesOneAccountOfCallsAtTheSameMoment()
{
    const TestClient client = clientWith("all-at-the-same-moment");
    const QJsonObject request = requestFor("/auth/signup");
    const qint64 users = m_server->value<qint64>("select count(*) from aegis.user");
    const qint64 sessions = m_server->value<qint64>("select count(*) from aegis.session");

    const auto replies = together(16, [&](int) { return client.post("/auth/signup", request); });

    for (const TestReply &reply : replies) {
        QVERIFY_REPLY(reply, 201, "");
        QCOMPARE(reply.body, replies.front().body);
    }
    QCOMPARE(std::count_if(replies.begin(), replies.end(), [](const TestReply &reply) { return reply.field("Idempotency-Replayed").isEmpty(); }), 1);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.user"), users + 1);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.session"), sessions + 1);
}

void TestIdempotency::storesNeitherKeyNorTokens()
{
    const QByteArray key = "nobody-must-find-this-key";
    const QJsonObject request = requestFor("/auth/signup");
    const TestReply reply = clientWith(key).post("/auth/signup", request);
    QVERIFY_REPLY(reply, 201, "");
    const SignedUp ada = signedUpBy(reply, {});

    const Rows rows = m_server->sql("select key_hash, fingerprint, response, expires_at - created_at = '24 hours', row_to_json(k)::text "
                                    "from aegis.idempotency_key k where operation = 'signup' order by created_at desc limit 1");

    const Row row = rows.first();
    QCOMPARE(row.get<QByteArray>(0), sha256(key));
    QVERIFY(row.get<QByteArray>(1) != sha256(QJsonDocument(request).toJson(QJsonDocument::Compact)));
    QVERIFY(row.get<bool>(3));
    const QByteArray response = row.get<QByteArray>(2);
    for (const QByteArray &secret : {key, ada.accessToken, ada.refreshToken, request[QStringLiteral("password")].toString().toUtf8(), ada.email}) {
        QVERIFY(!response.contains(secret));
        QVERIFY(!row.get<QByteArray>(4).contains(secret));
        QVERIFY(!row.get<QByteArray>(4).contains(secret.toHex()));
    }
}

void TestIdempotency::forgetsTheKeyAfterADay()
{
    const TestClient client = clientWith("good-for-a-day-and-no-more");
    const TestReply first = client.post("/auth/signup", requestFor("/auth/signup"));
    QVERIFY_REPLY(first, 201, "");
    m_server->advance(std::chrono::hours(24) + std::chrono::seconds(1));

    const TestReply second = client.post("/auth/signup", requestFor("/auth/signup"));

    QVERIFY_REPLY(second, 201, "");
    QVERIFY(second.body != first.body);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.idempotency_key where key_hash = $1", Bytes{sha256("good-for-a-day-and-no-more")}),
             qint64(1));
}

void TestIdempotency::doesNotRememberARefusal()
{
    const TestClient client = clientWith("a-refusal-is-not-remembered");
    QJsonObject request = requestFor("/auth/signup");
    const QString good = request[QStringLiteral("organizationSlug")].toString();
    request[QStringLiteral("organizationSlug")] = QString::fromUtf8(m_server->signUp().slug);
    QVERIFY_REPLY(client.post("/auth/signup", request), 409, "slug_taken");
    request[QStringLiteral("organizationSlug")] = good;

    QVERIFY_REPLY(client.post("/auth/signup", request), 201, "");
}

void TestIdempotency::refusesAKeyThatIsNotWellFormed_data()
{
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("too short") << QByteArray("0123456789abcde");
    QTest::newRow("too long") << QByteArray(129, 'k');
    QTest::newRow("with a blank") << QByteArray("0123456789 abcdef");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("not ASCII") << QByteArray("0123456789abcdef\xc3\xa9");
}

void TestIdempotency::refusesAKeyThatIsNotWellFormed()
{
    QFETCH(QByteArray, key);
    const QByteArray before = m_server->rowCounts();

    QVERIFY_REPLY(clientWith(key).post("/auth/signup", requestFor("/auth/signup")), 400, "idempotency_key_invalid");
    QCOMPARE(m_server->rowCounts(), before);
}

AEGIS_TEST(TestIdempotency)
#include "TestIdempotency.moc"
