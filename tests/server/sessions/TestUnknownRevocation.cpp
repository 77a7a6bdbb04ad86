#include "server/log/Log.h"
#include "server/sessions/RevocationStore.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QTemporaryFile>

using namespace aegis;
using namespace aegis::test;

/// While servers of two versions run side by side, the newer one may revoke what the older one does not know. It cannot tell
/// then who has access, so it lets nobody through.
class TestUnknownRevocation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }
    void cleanup() { m_server->sql("delete from aegis.revocation where kind = 'device'"); }
    void theTableIsNotReadAsSomethingElse();
    void nobodyIsLetThrough();

private:
    void revokeADevice(const char *lifetime)
    {
        m_server->sql("insert into aegis.revocation (id, kind, subject_id, not_before, expires_at) "
                      "values (gen_random_uuid(), 'device', gen_random_uuid(), now(), now() + $1::interval)",
                      Text{lifetime});
    }

    std::unique_ptr<TestServer> m_server;
};

void TestUnknownRevocation::initTestCase()
{
    m_server = std::make_unique<TestServer>(Environment{{"REVOCATION_POLL", "20ms"}, {"REVOCATION_MAX_AGE", "100ms"}});
    m_server->sql("alter table aegis.revocation drop constraint revocation_kind_check"); // as a newer server's migration would
}

void TestUnknownRevocation::theTableIsNotReadAsSomethingElse()
{
    DatabaseSession session(m_server->database().serving);
    const RequestContext context = RequestContext::forSystem(m_server->now());
    const SessionId ended = SessionId::make(context.now);
    m_server->sql("insert into aegis.revocation (id, kind, subject_id, not_before, expires_at) "
                  "values (gen_random_uuid(), 'session', $1, now(), now() + interval '1 hour')",
                  ended);
    const auto since = [&] { return session.read<RevocationStore::Batch>(context, [](Tx &tx) { return RevocationStore::since(tx, 0); }); };
    const auto isRevoked = [&](SessionId id) {
        AccessGrant grant;
        grant.session = id;
        return session.read<bool>(context, [&](Tx &tx) { return RevocationStore::isRevoked(tx, grant); });
    };
    const SessionId other = SessionId::make(context.now);

    revokeADevice("-1 hour"); // what has expired is no matter
    QVERIFY_RESULT(since());
    QVERIFY_RESULT(isRevoked(other));
    QVERIFY(!*isRevoked(other));
    revokeADevice("1 hour");
    const auto batch = since();
    const auto known = isRevoked(ended);
    const auto unknown = isRevoked(other);

    QVERIFY(!batch);
    QCOMPARE(batch.problem().code, ProblemCode::Internal);
    QVERIFY2(batch.problem().internal.contains(QStringLiteral("'device'")), inWords(batch.problem()).constData());
    QVERIFY_RESULT(known);
    QVERIFY(*known);
    QVERIFY(!unknown);
    QCOMPARE(unknown.problem().code, ProblemCode::Internal);
}

void TestUnknownRevocation::nobodyIsLetThrough()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp ended = m_server->logIn(ada);
    QVERIFY_REPLY(m_server->client().as(ended.accessToken).post("/auth/logout"), 204, "");
    QTemporaryFile file;
    QVERIFY(file.open());
    log::configure({.level = LogLevel::Warning, .format = LogFormat::Json, .descriptor = file.handle()});
    const auto quiet = qScopeGuard([] { log::configure({.level = LogLevel::Error}); });
    const auto verify = [&](const SignedUp &who) { return m_server->client().as(who.accessToken).get("/auth/verify"); };
    QVERIFY_REPLY(verify(ada), 204, "");

    revokeADevice("1 hour");
    QTRY_COMPARE(verify(ada).code(), QByteArray("revocation_unavailable"));
    for (int i = 0; i < 20; ++i) // and so it stays
        QVERIFY_REPLY(verify(ada), 503, "revocation_unavailable");
    QVERIFY_REPLY(verify(ended), 401, "invalid_token");
    QCOMPARE(m_server->client().get("/health/ready").status, 503);
    cleanup();
    QTRY_COMPARE(verify(ada).status, 204);

    QVERIFY(log::flush(std::chrono::seconds(10)));
    QVERIFY(file.seek(0));
    const QByteArray text = file.readAll();
    QVERIFY2(text.count("background_failing") == 1, text.constData());
    QVERIFY2(text.contains("unknown kind 'device'"), text.constData());
}

AEGIS_TEST(TestUnknownRevocation)
#include "TestUnknownRevocation.moc"
