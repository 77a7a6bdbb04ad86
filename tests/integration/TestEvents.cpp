#include "server/crypto/Digest.h"
#include "server/events/EventBatch.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

QJsonValue orNull(const std::optional<QString> &text)
{
    return text ? QJsonValue(*text) : QJsonValue(QJsonValue::Null);
}

/// The envelope of a stored event, made from its columns alone.
QJsonObject envelopeOf(const Row &row)
{
    return {{QStringLiteral("tenantId"), row.get<QString>("tenant_id")},
            {QStringLiteral("id"), row.get<QString>("id")},
            {QStringLiteral("type"), row.get<QString>("type")},
            {QStringLiteral("version"), row.get<int>("version")},
            {QStringLiteral("occurredAt"), QString::fromLatin1(toRfc3339(row.get<Instant>("occurred_at")))},
            {QStringLiteral("organizationId"), orNull(row.get<std::optional<QString>>("organization_id"))},
            {QStringLiteral("actor"), orNull(row.get<std::optional<QString>>("actor_id"))},
            {QStringLiteral("subject"), orNull(row.get<std::optional<QString>>("subject_id"))},
            {QStringLiteral("sessionId"), orNull(row.get<std::optional<QString>>("session_id"))},
            {QStringLiteral("correlationId"), row.get<QString>("correlation_id")},
            {QStringLiteral("causationId"), orNull(row.get<std::optional<QString>>("causation_id"))},
            {QStringLiteral("ip"), orNull(row.get<std::optional<QString>>("ip"))},
            {QStringLiteral("userAgent"), orNull(row.get<std::optional<QString>>("user_agent"))},
            {QStringLiteral("payload"), row.get<QJsonObject>("payload")}};
}

} // namespace

// What leaves events is done, with names that are hard to write down. That every type is emitted is of TestEmittedEvents.
class TestEvents : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }
    void digestsAreThoseOfTheStoredColumns();
    void carryTheRequestsCorrelationId_data();
    void carryTheRequestsCorrelationId();
    void carryTheClient();
    void lieInTheirDay();
    void holdNoSecret();

private:
    std::unique_ptr<TestServer> m_server;
    QByteArrayList m_secrets;
    SignedUp m_ada;
};

void TestEvents::initTestCase()
{
    m_server = std::make_unique<TestServer>();
    const TestClient client = m_server->client().with("User-Agent", "\"Loom\\1\" \xc3\xa9\xf0\x9f\x94\x91 </script>");
    QJsonObject request = m_server->signupRequest();
    request[QStringLiteral("firstName")] = QStringLiteral(u"Ad\u00e4 \"\\\u2028\U0001F511");
    request[QStringLiteral("organizationName")] = QStringLiteral("<b>O'Brien & \"Söhne\"</b> \\u0041");
    if (m_server->client().post("/auth/signup", request).status != 422) // a line separator is no name
        qFatal("a name with a line separator was accepted");
    request[QStringLiteral("firstName")] = QStringLiteral(u"Ad\u00e4 \"\\/\U0001F511");
    const TestReply signup = client.with("Idempotency-Key", "the-key-of-all-events").post("/auth/signup", request);
    if (signup.status != 201)
        qFatal("%s", signup.described().constData());
    m_ada = signedUpBy(signup, request[QStringLiteral("password")].toString().toUtf8());
    const auto note = [this](const TestReply &reply) {
        m_secrets << reply.text(QLatin1String("accessToken")) << reply.text(QLatin1String("refreshToken"));
        return reply;
    };
    note(signup);
    m_secrets << m_ada.password << "the-key-of-all-events";
    const QByteArray wrong = "Not-The-Password-4711";
    const QByteArray typo = "My-Password-In-The-Wrong-Field-1";
    m_secrets << wrong << typo;
    client.post("/auth/login", textObject({{"email", m_ada.email}, {"password", wrong}}));
    client.post("/auth/login", textObject({{"email", typo}, {"password", wrong}}));
    const TestReply login = note(client.post("/auth/login", textObject({{"email", m_ada.email}, {"password", m_ada.password}})));
    note(client.post("/auth/refresh", textObject({{"refreshToken", login.text(QLatin1String("refreshToken"))}})));
    note(client.post("/auth/refresh", textObject({{"refreshToken", login.text(QLatin1String("refreshToken"))}})));
    m_server->advance(1min);
    client.post("/auth/refresh", textObject({{"refreshToken", login.text(QLatin1String("refreshToken"))}}));
    client.as(m_ada.accessToken).post("/auth/logout");
    m_secrets.removeAll(QByteArray());
}

void TestEvents::digestsAreThoseOfTheStoredColumns()
{
    const Rows rows = m_server->sql(R"(
        select tenant_id::text, id::text, type, version, occurred_at, organization_id::text, actor_id::text, subject_id::text, session_id::text,
               correlation_id::text, causation_id::text, host(ip) as ip, user_agent, payload, digest from aegis.event order by id)");

    QVERIFY(rows.size() >= 14);
    for (const Row row : rows)
        QCOMPARE(row.get<QByteArray>("digest"), QByteArray(sha256(EventBatch::canonicalBytes(envelopeOf(row)))));
}

void TestEvents::carryTheRequestsCorrelationId_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("signup") << QByteArray("/auth/signup");
    QTest::newRow("login") << QByteArray("/auth/login");
    QTest::newRow("a login that fails") << QByteArray("/auth/login ");
    QTest::newRow("refresh") << QByteArray("/auth/refresh");
    QTest::newRow("logout") << QByteArray("/auth/logout");
}

void TestEvents::carryTheRequestsCorrelationId()
{
    QFETCH(QByteArray, path);
    const SignedUp ada = m_server->signUp();
    const QByteArray id = CorrelationId::make(m_server->now()).text();
    QJsonObject request = m_server->signupRequest();
    if (path.startsWith("/auth/login"))
        request = textObject({{"email", ada.email}, {"password", path.endsWith(' ') ? QByteArray("wrong") : ada.password}});
    else if (path != "/auth/signup")
        request = textObject({{"refreshToken", ada.refreshToken}});
    const qint64 before = m_server->value<qint64>("select count(*) from aegis.event");

    const TestReply reply = m_server->client().as(ada.accessToken).with("X-Correlation-ID", id).post(path.trimmed(), request);

    QCOMPARE(reply.field("X-Correlation-ID"), id);
    const qint64 added = m_server->value<qint64>("select count(*) from aegis.event") - before;
    QVERIFY(added > 0);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where correlation_id = $1::uuid", Text{id}), added);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where correlation_id = $1::uuid and causation_id is null", Text{id}),
             qint64(1));
}

void TestEvents::carryTheClient()
{
    const Rows rows = m_server->sql("select host(ip), user_agent from aegis.event where tenant_id = $1::uuid", Text{m_ada.organizationId});

    QVERIFY(rows.size() >= 10);
    for (const Row row : rows) {
        QCOMPARE(row.get<QString>(0), QStringLiteral("127.0.0.1"));
        QCOMPARE(row.get<QByteArray>(1), QByteArray("\"Loom\\1\" \xc3\xa9\xf0\x9f\x94\x91 </script>"));
    }
}

void TestEvents::lieInTheirDay()
{
    QVERIFY(m_server->value<bool>(
        "select bool_and(tableoid::regclass::text = 'event_' || to_char(occurred_at at time zone 'UTC', 'YYYYMMDD')) from aegis.event"));
}

void TestEvents::holdNoSecret()
{
    const Rows rows = m_server->sql("select e::text, payload::text from aegis.event e");

    QVERIFY(m_secrets.size() >= 9);
    for (const Row row : rows) {
        const QByteArray text = row.get<QByteArray>(0) + row.get<QByteArray>(1);
        for (const QByteArray &secret : std::as_const(m_secrets)) {
            QVERIFY(!text.contains(secret) && !text.contains(secret.toHex()) && !text.contains(secret.toBase64()));
            QVERIFY2(!text.contains(sha256(secret).toHex()), "a plain hash of a secret can be guessed at");
            for (const QByteArray &part : secret.split('.')) // of a token
                QVERIFY(part.size() < 8 || !text.contains(part));
        }
    }
}

AEGIS_TEST(TestEvents)
#include "TestEvents.moc"
