#include "tests/integration/Administrators.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonArray>
#include <QtCore/QUrl>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Sessions as administrators see and end them, over HTTP.
class TestManagedSessions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void listsThoseOfTheOrganization();
    void thePlatformSeesAll();
    void pagesShowEachOnce();
    void saysWhereAFilterIsWrong();
    void endsOne();
    void endsNobodyElses();
    void endsWhatThePlanCounted();
    void endsNothingElse();
    void whoMayOnlyReadEndsNothing();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    TestReply list(const SignedUp &person, const QByteArray &filter, const QByteArray &more = {}) const
    {
        return as(person).get("/admin/sessions?filter=" + QUrl::toPercentEncoding(QString::fromUtf8(filter)) + more);
    }
    /// Of a page; another answer ends the test.
    static QByteArrayList idsIn(const TestReply &reply)
    {
        if (reply.status != 200)
            qFatal("%s", reply.described().constData());
        QByteArrayList ids;
        for (const QJsonValue session : reply.json()[QLatin1String("sessions")].toArray())
            ids.append(session[QLatin1String("id")].toString().toLatin1());
        return ids;
    }
    TestReply revoke(const SignedUp &person, const QByteArray &filter, const QByteArray &plan = {}) const
    {
        QJsonObject body = textObject({{"filter", filter}});
        if (plan.isEmpty())
            body.insert(QStringLiteral("dryRun"), true);
        else
            body.insert(QStringLiteral("plan"), QString::fromLatin1(plan));
        return as(person).post("/admin/sessions/revocations", body);
    }

    std::unique_ptr<TestServer> m_server;
};

void TestManagedSessions::listsThoseOfTheOrganization()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada); // who has another session in no organization
    m_server->signUp();

    const TestReply reply = as(ada).get("/admin/sessions?count=true");

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(idsIn(reply), (QByteArrayList{bob.sessionId, ada.sessionId})); // the newest first
    const QJsonObject first = reply.json()[QLatin1String("sessions")][0].toObject();
    QCOMPARE(first[QLatin1String("email")].toString().toLatin1(), bob.email);
    QCOMPARE(first[QLatin1String("active")], QJsonValue(true));
    QCOMPARE(first[QLatin1String("ipAddress")].toString(), QStringLiteral("127.0.0.1"));
    QCOMPARE(reply.json()[QLatin1String("count")][QLatin1String("rows")].toInt(), 2);
    QCOMPARE(idsIn(list(ada, "email:" + bob.email)), QByteArrayList{bob.sessionId});
    QCOMPARE(idsIn(list(ada, "ip:127.0.0.0/8 and active:true")).size(), 2);
    QCOMPARE(idsIn(list(ada, "ip:10.0.0.0/8")).size(), 0);
}

void TestManagedSessions::thePlatformSeesAll()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    const SignedUp auditor = platformStaff(*m_server, "PLATFORM_AUDITOR");

    QCOMPARE(idsIn(list(auditor, "email:" + ada.email)), QByteArrayList{ada.sessionId});
    QCOMPARE(idsIn(list(auditor, "organization:" + bob.organizationId)), QByteArrayList{bob.sessionId});
    m_server->sql("delete from aegis.platform_role where user_id = $1::uuid", Text{auditor.userId});
    QVERIFY_REPLY(list(auditor, ""), 403, "forbidden");
}

void TestManagedSessions::pagesShowEachOnce()
{
    SignedUp ada = m_server->signUp();
    QByteArrayList expected{ada.sessionId};
    for (int i = 0; i < 6; ++i) {
        m_server->advance(1s);
        expected.prepend(m_server->logIn(ada).sessionId);
    }
    QByteArrayList seen;
    QString cursor;
    QByteArray previous;
    do {
        const TestReply page = as(ada).get("/admin/sessions?limit=3&cursor=" + QUrl::toPercentEncoding(cursor));
        QVERIFY_REPLY(page, 200, "");
        seen += idsIn(page);
        cursor = page.json()[QLatin1String("next")].toString();
        previous = page.text(QLatin1String("previous"));
    } while (!cursor.isEmpty());

    QCOMPARE(seen, expected);
    const TestReply back = as(ada).get("/admin/sessions?limit=3&backwards=true&cursor=" + QUrl::toPercentEncoding(QString::fromLatin1(previous)));
    QCOMPARE(idsIn(back), expected.mid(3, 3));
    QVERIFY_REPLY(as(ada).get("/admin/sessions?cursor=nonsense"), 422, "validation_failed");
    QVERIFY_REPLY(as(ada).get("/admin/sessions?limit=0"), 422, "validation_failed");
}

void TestManagedSessions::saysWhereAFilterIsWrong()
{
    const SignedUp ada = m_server->signUp();

    const TestReply reply = list(ada, "active:true and emial:x");

    QVERIFY_REPLY(reply, 422, "validation_failed");
    const QString message = reply.json()[QLatin1String("errors")][0][QLatin1String("message")].toString();
    QVERIFY2(message.contains(QStringLiteral("'emial'")) && message.contains(QStringLiteral("email")), qPrintable(message));
}

void TestManagedSessions::endsOne()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);

    const TestReply reply = as(ada).send("DELETE", "/admin/sessions/" + bob.sessionId);

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.json()[QLatin1String("session")][QLatin1String("active")], QJsonValue(false));
    QCOMPARE(reply.json()[QLatin1String("session")][QLatin1String("endedBy")].toString().toLatin1(), ada.userId);
    QVERIFY_REPLY(as(bob).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", bob.refreshToken}})), 401, "invalid_refresh_token");
    QVERIFY_REPLY(as(ada).send("DELETE", "/admin/sessions/" + bob.sessionId), 404, "not_found");
    QCOMPARE(m_server->value<QByteArray>("select payload ->> 'reason' from aegis.event where subject_id = $1::uuid and type = 'RefreshTokenRevoked'",
                                         Text{bob.sessionId}),
             QByteArray("administrator"));
    QCOMPARE(idsIn(list(ada, "endedBy:" + ada.userId + " and reason:revoked")), QByteArrayList{bob.sessionId});
}

void TestManagedSessions::endsNobodyElses()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp stranger = m_server->signUp();
    const SignedUp bob = m_server->registerPerson(); // a member's session in no organization is the person's own
    const QByteArray before = m_server->rowCounts();

    for (const QByteArray &session : {stranger.sessionId, bob.sessionId, SessionId::make(m_server->now()).text()})
        QVERIFY_REPLY(as(ada).send("DELETE", "/admin/sessions/" + session), 404, "not_found");

    QCOMPARE(m_server->rowCounts(), before);
    QVERIFY_REPLY(as(stranger).get("/auth/verify"), 204, "");
}

void TestManagedSessions::endsWhatThePlanCounted()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const SignedUp stranger = m_server->signUp();
    const QByteArray filter = "active:true and not user:" + ada.userId;
    const TestReply dry = revoke(ada, filter);
    QVERIFY_REPLY(dry, 200, "");
    QCOMPARE(dry.json()[QLatin1String("sessions")].toInt(), 1);
    QCOMPARE(dry.json()[QLatin1String("users")].toInt(), 1);
    QCOMPARE(dry.json()[QLatin1String("organizations")].toInt(), 1);
    QCOMPARE(dry.json()[QLatin1String("carriedOut")], QJsonValue(false));
    QVERIFY_REPLY(as(bob).get("/auth/verify"), 204, ""); // nothing has happened yet

    const TestReply done = revoke(ada, filter, dry.text(QLatin1String("plan")));

    QVERIFY_REPLY(done, 200, "");
    QCOMPARE(done.json()[QLatin1String("carriedOut")], QJsonValue(true));
    QVERIFY_REPLY(as(bob).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(as(ada).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(as(stranger).get("/auth/verify"), 204, "");
    // Everywhere, in the name of the platform: each event in its own tenant.
    const SignedUp root = platformStaff(*m_server);
    const QByteArray both = "user:(" + ada.userId + " or " + stranger.userId + ")";
    const TestReply all = revoke(root, both);
    QCOMPARE(all.json()[QLatin1String("organizations")].toInt(), 2);
    QVERIFY_REPLY(revoke(root, both, all.text(QLatin1String("plan"))), 200, "");
    QVERIFY_REPLY(as(stranger).get("/auth/verify"), 401, "invalid_token");
    QCOMPARE(m_server->events(stranger.organizationId).last(), QByteArray("RefreshTokenRevoked"));
}

void TestManagedSessions::endsNothingElse()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const QByteArray filter = "user:" + bob.userId;
    const QByteArray plan = revoke(ada, filter).text(QLatin1String("plan"));
    const SignedUp again = m_server->logIn(bob);

    const TestReply refused = revoke(ada, filter, plan);

    QVERIFY_REPLY(refused, 409, "conflict");
    QCOMPARE(refused.json()[QLatin1String("current")][QLatin1String("sessions")].toInt(), 2);
    QVERIFY_REPLY(as(bob).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(as(again).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(as(ada).post("/admin/sessions/revocations", textObject({{"filter", filter}})), 422, "validation_failed"); // without a plan
}

void TestManagedSessions::whoMayOnlyReadEndsNothing()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp auditor = memberOf(*m_server, ada, "AUDITOR");

    QVERIFY_REPLY(list(auditor, ""), 200, "");
    QVERIFY_REPLY(as(auditor).send("DELETE", "/admin/sessions/" + ada.sessionId), 403, "forbidden");
    QVERIFY_REPLY(revoke(auditor, "active:true"), 403, "forbidden");
    QVERIFY_REPLY(as(ada).get("/auth/verify"), 204, "");
}

AEGIS_TEST(TestManagedSessions)
#include "TestManagedSessions.moc"
