#include "server/admin/PlatformStaff.h"
#include "server/app/Services.h"
#include "server/audit/Sealer.h"
#include "server/crypto/Digest.h"
#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"
#include "server/jobs/Housekeeping.h"
#include "server/oauth/ClientRegistry.h"
#include "server/passwords/PasswordHasher.h"
#include "tests/integration/Administrators.h"
#include "tests/integration/SecondFactors.h"
#include "tests/support/Await.h"
#include "tests/support/MailBox.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QSet>

using namespace aegis;
using namespace aegis::test;

/// Makes a server emit every event of the catalogue, and looks at what is stored.
class TestEmittedEvents : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }
    void everyTypeIsEmitted();
    void eachHasTheFieldsOfTheCatalogue();
    void theDigestCanBeMadeAgainFromTheColumns();
    void noneHoldsASecret();

private:
    void administer(const SignedUp &owner);
    static QJsonObject payloadOf(const Row &row) { return QJsonDocument::fromJson(row.get<QByteArray>("payload")).object(); }

    std::unique_ptr<TestServer> m_server;
    std::vector<QByteArray> m_secrets;
};

void TestEmittedEvents::initTestCase()
{
    m_server = std::make_unique<TestServer>(Environment{{"LOCKOUT", "strict"}, {"ACCOUNT_FAILURES", "5"}, {"EMAIL_VERIFICATION", "required"}});
    const TestClient client = m_server->client().with("User-Agent", "test \"quoted\" \\ / <b>");
    // An account that failures lock, and time unlocks: first, because access tokens do not live that long.
    const SignedUp locked = m_server->registerPerson();
    const QJsonObject guess{{QStringLiteral("email"), QString::fromUtf8(locked.email)},
                            {QStringLiteral("password"), QStringLiteral("Wrong-Password-1")}};
    for (int i = 0; i < 5; ++i)
        QCOMPARE(client.post("/auth/login", guess).status, 401);
    QCOMPARE(client.post("/auth/login", guess).status, 429);
    m_server->advance(std::chrono::minutes(15));
    const SignedUp unlocked = m_server->logIn(locked);

    const SignedUp owner = m_server->signUp();
    const SignedUp person = m_server->registerPerson();

    // A hash that is to be renewed, and a login that fails.
    const auto oldHash = hashPassword(Secret(person.password),
                                      {.algorithm = PasswordAlgorithm::Argon2id, .argon2 = {.memoryKib = 8192, .passes = 2, .lanes = 1}});
    QVERIFY_RESULT(oldHash);
    m_server->sql("update aegis.\"user\" set password_hash = $2 where id = $1::uuid", Text{person.userId}, Text{*oldHash});
    const SignedUp again = m_server->logIn(person);
    const QJsonObject wrong{{QStringLiteral("email"), QString::fromUtf8(person.email)},
                            {QStringLiteral("password"), QStringLiteral("Wrong-Password-1")}};
    QCOMPARE(client.post("/auth/login", wrong).status, 401);

    // A rotation; the old token again, long after it.
    const QJsonObject refresh{{QStringLiteral("refreshToken"), QString::fromLatin1(owner.refreshToken)}};
    const TestReply rotated = client.post("/auth/refresh", refresh);
    QCOMPARE(client.post("/auth/refresh", refresh).status, 200); // an answer that was lost
    QCOMPARE(rotated.status, 200);
    m_server->advance(std::chrono::minutes(1));
    QCOMPARE(client.post("/auth/refresh", refresh).status, 401);

    // A program that revokes a token, and then loses its credentials.
    DatabaseSession operatorsSession(m_server->database().serving);
    const SignedUp watched = m_server->signUp();
    ClientRegistry registry(operatorsSession, Secret(QByteArray(32, 'k')));
    const auto program = registry.create(QStringLiteral("gateway"), QString::fromUtf8(watched.slug), m_server->now());
    QVERIFY_RESULT(program);
    RequestContext asProgram = RequestContext::forSystem(m_server->now());
    asProgram.application = {.id = program->id, .organization = {}};
    asProgram.client.userAgent = QStringLiteral("test");
    TokenRequest revocation;
    revocation.token = Secret(watched.refreshToken);
    QVERIFY_RESULT(await(m_server->application().services().tokenRevocation.revoke(asProgram, revocation)));
    QVERIFY_RESULT(registry.revoke(program->id, m_server->now()));

    QCOMPARE(client.as(person.accessToken).post("/auth/logout").status, 204);
    QCOMPARE(client.as(again.accessToken).post("/auth/logout", {{QStringLiteral("allDevices"), true}}).status, 204);

    // A second factor: set up, failed, used, replaced, proved again, taken away.
    const MailBox mailBox(m_server->dataDirectory());
    SignedUp careful = m_server->signUp();
    const QByteArray confirmation = mailBox.waitFor(careful.email).back().token();
    QCOMPARE(client.post("/auth/email/verify", textObject({{"token", confirmation}})).status, 204);
    careful = m_server->logIn(careful);
    const Enrolled enrolled = enrol(*m_server, careful);
    QCOMPARE(challenge(*m_server, mfaTokenFor(*m_server, careful), "000000").status, 403);
    QCOMPARE(challengeWithBackupCode(*m_server, mfaTokenFor(*m_server, careful), enrolled.backupCodes[0]).status, 200);
    const TestClient own = client.as(careful.accessToken);
    QCOMPARE(own.post("/auth/reauthenticate", textObject({{"password", careful.password}, {"backupCode", enrolled.backupCodes[1]}})).status, 200);
    QCOMPARE(own.post("/auth/mfa/backup-codes", textObject({{"backupCode", enrolled.backupCodes[2]}})).status, 200);
    m_server->advance(std::chrono::seconds(31));
    QCOMPARE(own.post("/auth/mfa/disable", textObject({{"code", enrolled.code(*m_server)}})).status, 204);

    // A new password by a mail, another one by knowing it, and a verified address.
    const SignedUp grace = m_server->signUp();
    const QByteArray verification = mailBox.waitFor(grace.email).back().token();
    QCOMPARE(client.post("/auth/email/verify", textObject({{"token", verification}})).status, 204);
    QCOMPARE(client.post("/auth/password/forgot", textObject({{"email", grace.email}})).status, 202);
    const QByteArray reset = mailBox.waitFor(grace.email, 2).back().token();
    const QByteArray second = "Quiet-Harbour-81-Lantern", third = "Another-Pier-55-Copper";
    QCOMPARE(client.post("/auth/password/reset", textObject({{"token", reset}, {"newPassword", second}})).status, 204);
    SignedUp changing = grace;
    changing.password = second;
    changing = m_server->logIn(changing);
    QCOMPARE(client.as(changing.accessToken).post("/auth/password/change", textObject({{"currentPassword", second}, {"newPassword", third}})).status,
             204);
    administer(careful);

    m_server->advance(std::chrono::hours(24) * 8);       // whoever is still logged in is not any more
    DatabaseSession house(m_server->database().serving); // and who has not verified the address is gone
    HouseRules rules;
    rules.unverifiedRetention = std::chrono::hours(24) * 7;
    QVERIFY_RESULT(keepHouse(house, m_server->now(), rules));

    // The jobs: one that is asked for, one that fails, a schedule and a pause.
    const JobService &jobs = m_server->application().services().jobs;
    const RequestContext system = RequestContext::forSystem(m_server->now());
    const QString history = QStringLiteral("job-history"), mfa = QStringLiteral("mfa-cleanup");
    const auto ended = [&](const char *outcome) {
        return m_server->value<qint64>("select count(*) from aegis.job_run where trigger = 'manual' and outcome = $1", Text{outcome});
    };
    m_server->sql("revoke delete on aegis.mfa_challenge from aegis_app");
    QVERIFY_RESULT(await(jobs.runNow(system, mfa)));
    QTRY_COMPARE_WITH_TIMEOUT(ended("failed"), qint64(1), 20'000);
    m_server->sql("grant delete on aegis.mfa_challenge to aegis_app");
    QVERIFY_RESULT(await(jobs.runNow(system, history)));
    QTRY_COMPARE_WITH_TIMEOUT(ended("succeeded"), qint64(1), 20'000);
    QVERIFY_RESULT(await(jobs.setSchedule(system, history, QStringLiteral("@weekly"))));
    QVERIFY_RESULT(await(jobs.pause(system, history, true)));
    QVERIFY_RESULT(await(jobs.pause(system, history, false)));

    const QByteArray seed(32, 's');
    const auto signer = AuditKeys::fromSeed(Secret(seed));
    QVERIFY_RESULT(signer);
    Sealer::Options sealing;
    sealing.clock = [this] { return m_server->now(); };
    Metrics sealMetrics;
    Sealer sealer(DatabaseSession(m_server->database().serving), {.current = *signer, .older = {}}, sealMetrics, sealing);
    QVERIFY_RESULT(sealer.step());

    m_secrets = {seed,
                 program->secret.reveal().toByteArray(),
                 watched.refreshToken,
                 verification,
                 reset,
                 second,
                 third,
                 unlocked.accessToken,
                 owner.password,
                 person.password,
                 owner.refreshToken,
                 unlocked.refreshToken,
                 owner.accessToken,
                 again.refreshToken,
                 rotated.text(QLatin1String("refreshToken")),
                 "argon2id$",
                 "Wrong-Password",
                 enrolled.backupCodes[0],
                 enrolled.backupCodes[3]};
}

void TestEmittedEvents::everyTypeIsEmitted()
{
    QSet<QByteArray> emitted;
    const Rows rows = m_server->sql("select distinct type from aegis.event");
    for (const Row row : rows)
        emitted.insert(row.get<QByteArray>(0));

    for (const EventInfo &info : eventCatalogue())
        QVERIFY2(emitted.remove(QByteArray(info.name.data(), info.name.size())), info.name.data());
    QVERIFY2(emitted.isEmpty(), "a type that the catalogue does not know");
}

void TestEmittedEvents::eachHasTheFieldsOfTheCatalogue()
{
    const Rows rows = m_server->sql("select type, version::int, payload::text from aegis.event");
    for (const Row row : rows) {
        const QByteArray type = row.get<QByteArray>("type");
        const auto known = eventTypeFromName(QLatin1String(type));
        QVERIFY2(known, type.constData());
        QStringList fields;
        for (const EventField &field : eventInfo(*known).payload)
            fields.append(field.name);
        fields.sort();

        QCOMPARE(payloadOf(row).keys(), fields);
        QCOMPARE(row.get<int>("version"), eventInfo(*known).version);
    }
}

/// What an owner does to members, and the platform to organizations and to its own.
void TestEmittedEvents::administer(const SignedUp &owner)
{
    const auto did = [](const TestReply &reply) { QVERIFY2(reply.status == 200, reply.described().constData()); };
    const QJsonObject note = textObject({{"note", "because"}});
    const SignedUp member = memberOf(*m_server, owner), colleague = memberOf(*m_server, owner);
    m_server->sql("update aegis.\"user\" set email_verified_at = now() where id = $1::uuid", Text{colleague.userId});
    enrol(*m_server, colleague);
    const SignedUp ruling = m_server->logIn(owner); // lately
    const TestClient asOwner = m_server->client().as(ruling.accessToken);
    did(asOwner.post("/admin/users/" + colleague.userId + "/mfa-reset", note));
    did(asOwner.post("/admin/users/" + colleague.userId + "/password-reset", note));
    did(asOwner.post("/admin/users/" + member.userId + "/suspend", note));
    did(asOwner.post("/admin/users/" + member.userId + "/reactivate"));
    const QByteArray organization = "/admin/organizations/" + owner.organizationId;
    did(asOwner.send("PATCH", organization, R"({"name":"Another Name"})"));
    did(asOwner.send("PUT", organization + "/members/" + member.userId + "/roles/AUDITOR"));
    did(asOwner.send("DELETE", organization + "/members/" + member.userId + "/roles/AUDITOR"));
    did(asOwner.send("PUT", organization + "/roles/SUPPORT", R"({"permissions":["session.read"]})"));
    did(asOwner.send("PUT", organization + "/roles/SUPPORT", R"({"permissions":[]})"));
    did(asOwner.send("DELETE", organization + "/roles/SUPPORT"));
    const QJsonArray roles{QStringLiteral("MEMBER")};
    const auto invite = [&](const char *email) {
        return asOwner.post(organization + "/invitations", {{QStringLiteral("email"), QString::fromLatin1(email)}, {QStringLiteral("roles"), roles}});
    };
    QCOMPARE(invite("guest@example.org").status, 201);
    const TestReply second = invite("nobody@example.org");
    did(asOwner.send("DELETE",
                     organization + "/invitations/" + second.json()[QLatin1String("invitation")][QLatin1String("id")].toString().toLatin1()));
    const QByteArray token = MailBox(m_server->dataDirectory()).waitFor("guest@example.org").back().token();
    QCOMPARE(m_server->client().post("/auth/invitations/accept", textObject({{"token", token}, {"password", "Quiet-Harbour-81-Lantern"}})).status,
             201);
    did(asOwner.post(organization + "/transfer", textObject({{"userId", member.userId}})));
    const SignedUp heir = m_server->logIn(member);
    did(m_server->client().as(heir.accessToken).post(organization + "/transfer", textObject({{"userId", owner.userId}})));
    did(asOwner.send("DELETE", organization + "/members/" + member.userId));

    const TestClient root = m_server->client().as(platformStaff(*m_server).accessToken);
    did(root.post(organization + "/suspend", note));
    did(root.post(organization + "/reactivate"));
    did(root.post(organization + "/delete", note));
    did(root.post(organization + "/restore"));
    DatabaseSession operators(m_server->database().serving);
    PlatformStaff staff(operators);
    const auto email = EmailAddress::parse(QString::fromUtf8(member.email));
    QVERIFY_RESULT(staff.grant(*email, QStringLiteral("PLATFORM_AUDITOR"), PlatformStaff::Unverified::Allowed, m_server->now()));
    QVERIFY_RESULT(staff.revoke(*email, QStringLiteral("PLATFORM_AUDITOR"), m_server->now()));
}

void TestEmittedEvents::theDigestCanBeMadeAgainFromTheColumns()
{
    const Rows rows = m_server->sql(R"(
        select tenant_id, id, type, version::int, occurred_at, organization_id, actor_id, subject_id, session_id, correlation_id,
               causation_id, host(ip) as ip, user_agent, payload::text, encode(digest, 'hex') as digest from aegis.event)");
    const auto id = [](const Row &row, const char *column) { return rowjson::uuid(row.get<std::optional<QUuid>>(column).value_or(QUuid())); };
    for (const Row row : rows) {
        const QJsonObject envelope{
            {QStringLiteral("id"), id(row, "id")},
            {QStringLiteral("type"), row.get<QString>("type")},
            {QStringLiteral("version"), row.get<int>("version")},
            {QStringLiteral("occurredAt"), rowjson::time(row.get<Instant>("occurred_at"))},
            {QStringLiteral("tenantId"), rowjson::tenant(row.get<TenantId>("tenant_id"))},
            {QStringLiteral("organizationId"), id(row, "organization_id")},
            {QStringLiteral("actor"), id(row, "actor_id")},
            {QStringLiteral("subject"), id(row, "subject_id")},
            {QStringLiteral("sessionId"), id(row, "session_id")},
            {QStringLiteral("correlationId"), id(row, "correlation_id")},
            {QStringLiteral("causationId"), id(row, "causation_id")},
            {QStringLiteral("ip"), rowjson::text(row.get<std::optional<QString>>("ip"))},
            {QStringLiteral("userAgent"), rowjson::text(row.get<std::optional<QString>>("user_agent"))},
            {QStringLiteral("payload"), payloadOf(row)},
        };
        const QByteArray bytes = EventBatch::canonicalBytes(envelope);

        QVERIFY2(sha256(bytes).toHex() == row.get<QByteArray>("digest"), bytes.constData());
    }
    QVERIFY(rows.size() > 10);
}

void TestEmittedEvents::noneHoldsASecret()
{
    const Rows rows = m_server->sql("select e::text from aegis.event e");
    for (const Row row : rows) {
        for (const QByteArray &secret : m_secrets)
            QVERIFY(!row.get<QByteArray>(0).contains(secret));
    }
}

AEGIS_TEST(TestEmittedEvents)
#include "TestEmittedEvents.moc"
