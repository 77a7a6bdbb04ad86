#include "tests/integration/Administrators.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>
#include <QtCore/QUrl>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// The audit trail as administrators read it, over HTTP.
class TestAuditEvents : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void tellsWhoDidWhat();
    void showsAnOrganizationItsOwnAlone();
    void thePlatformSeesAll();
    void filters_data();
    void filters();
    void pagesShowEachOnce();
    void oneWithAllOfItsCall();
    void aTimeKeepsOthersOut();
    void needsThePermission();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    TestReply list(const SignedUp &person, const QByteArray &filter, const QByteArray &more = {}) const
    {
        return as(person).get("/admin/events?filter=" + QUrl::toPercentEncoding(QString::fromUtf8(filter)) + more);
    }
    /// Of a page; another answer ends the test.
    static QByteArrayList typesIn(const TestReply &reply, QLatin1String member = QLatin1String("type"))
    {
        if (reply.status != 200)
            qFatal("%s", reply.described().constData());
        QByteArrayList types;
        for (const QJsonValue event : reply.json()[QLatin1String("events")].toArray())
            types.append(event[member].toString().toLatin1());
        return types;
    }

    std::unique_ptr<TestServer> m_server;
};

void TestAuditEvents::tellsWhoDidWhat()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(as(ada).post("/admin/users/" + bob.userId + "/lock", textObject({{"note", "Ticket 4711"}})), 200, "");

    const TestReply reply = list(ada, "type:UserAccountLocked");

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(typesIn(reply), QByteArrayList{"UserAccountLocked"});
    const QJsonObject event = reply.json()[QLatin1String("events")][0].toObject();
    QCOMPARE(event[QLatin1String("actor")].toString().toLatin1(), ada.userId);
    QCOMPARE(event[QLatin1String("actorEmail")].toString().toLatin1(), ada.email);
    QCOMPARE(event[QLatin1String("subject")].toString().toLatin1(), bob.userId);
    QCOMPARE(event[QLatin1String("severity")].toString(), QStringLiteral("warning"));
    QCOMPARE(event[QLatin1String("payload")][QLatin1String("note")].toString(), QStringLiteral("Ticket 4711"));
    QCOMPARE(event[QLatin1String("ip")].toString(), QStringLiteral("127.0.0.1"));
}

void TestAuditEvents::showsAnOrganizationItsOwnAlone()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();

    const TestReply reply = list(ada, "", "&limit=500");
    QVERIFY(typesIn(reply).contains("OrganizationCreated"));

    for (const QJsonValue event : reply.json()[QLatin1String("events")].toArray())
        QCOMPARE(event[QLatin1String("organizationId")].toString().toLatin1(), ada.organizationId);
    QCOMPARE(typesIn(list(ada, "organization:" + bob.organizationId)), QByteArrayList());
    QCOMPARE(typesIn(list(ada, "actor:" + bob.email)), QByteArrayList());
    const QByteArray foreign = m_server->value<QByteArray>("select id::text from aegis.event where tenant_id = $1::uuid limit 1",
                                                           Text{bob.organizationId});
    QVERIFY_REPLY(as(ada).get("/admin/events/" + foreign), 404, "not_found");
    QVERIFY_REPLY(as(bob).get("/admin/events/" + foreign), 200, "");
}

void TestAuditEvents::thePlatformSeesAll()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp auditor = platformStaff(*m_server, "PLATFORM_AUDITOR");

    QVERIFY(typesIn(list(auditor, "organization:" + ada.organizationId)).contains("OrganizationCreated"));
    const TestReply newest = list(auditor, "", "&limit=5");
    QCOMPARE(typesIn(newest).size(), 5);
    const QString next = newest.json()[QLatin1String("next")].toString();
    const TestReply older = as(auditor).get("/admin/events?limit=5&cursor=" + QUrl::toPercentEncoding(next));
    QCOMPARE(typesIn(older).size(), 5);
    QVERIFY(older.json()[QLatin1String("events")][0][QLatin1String("id")].toString()
            < newest.json()[QLatin1String("events")][4][QLatin1String("id")].toString());
}

void TestAuditEvents::filters_data()
{
    QTest::addColumn<QByteArray>("filter");
    QTest::addColumn<QByteArrayList>("types");
    const QByteArrayList failed{"UserLoginFailed"};
    QTest::newRow("a type") << QByteArray("type:UserLoginFailed") << failed;
    QTest::newRow("a wildcard") << QByteArray("type:UserLogin*") << failed;
    QTest::newRow("the network") << QByteArray("type:UserLoginFailed and ip:127.0.0.0/8 and time>-24h") << failed;
    QTest::newRow("another network") << QByteArray("type:UserLoginFailed and ip:10.0.0.0/8") << QByteArrayList();
    QTest::newRow("whom it is about") << QByteArray("severity:notice and subject:\"EMAIL\" and not type:UserRoleCreated") << failed;
    QTest::newRow("who did it") << QByteArray("actor:\"EMAIL\" and type:UserLogout") << QByteArrayList{"UserLogout"};
    QTest::newRow("either") << QByteArray("type:(UserLoginFailed or UserLogout)") << QByteArrayList{"UserLogout", "UserLoginFailed"};
    QTest::newRow("long ago") << QByteArray("type:UserLoginFailed and time<-24h") << QByteArrayList();
    QTest::newRow("text that would be SQL") << QByteArray("type:\"x' or true --\"") << QByteArrayList();
}

void TestAuditEvents::filters()
{
    QFETCH(QByteArray, filter);
    QFETCH(QByteArrayList, types);
    const SignedUp ada = m_server->signUp();
    QCOMPARE(m_server->client().post("/auth/login", textObject({{"email", ada.email}, {"password", "Not-The-Password-1"}})).status, 401);
    const SignedUp other = m_server->logIn(ada);
    QCOMPARE(as(other).post("/auth/logout").status, 204);

    const TestReply reply = list(ada, filter.replace("EMAIL", ada.email));

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(typesIn(reply), types);
}

void TestAuditEvents::pagesShowEachOnce()
{
    const SignedUp ada = m_server->signUp();
    for (int i = 0; i < 4; ++i)
        m_server->logIn(ada);
    const QLatin1String id("id");
    const QByteArrayList all = typesIn(list(ada, "", "&limit=500"), id);
    QByteArrayList seen;
    QString cursor;
    do {
        const TestReply page = as(ada).get("/admin/events?limit=4&cursor=" + QUrl::toPercentEncoding(cursor));
        QVERIFY_REPLY(page, 200, "");
        seen += typesIn(page, id);
        cursor = page.json()[QLatin1String("next")].toString();
    } while (!cursor.isEmpty());

    QCOMPARE(seen, all);
    const TestReply counted = list(ada, "type:AuthSessionCreated", "&count=true&limit=1");
    QCOMPARE(counted.json()[QLatin1String("count")][QLatin1String("rows")].toInt(), 5);
    QCOMPARE(counted.json()[QLatin1String("count")][QLatin1String("exact")], QJsonValue(true));
}

void TestAuditEvents::oneWithAllOfItsCall()
{
    const SignedUp ada = m_server->signUp();
    const QJsonObject created = list(ada, "type:OrganizationCreated").json()[QLatin1String("events")][0].toObject();

    const TestReply reply = as(ada).get("/admin/events/" + created[QLatin1String("id")].toString().toLatin1());

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.json()[QLatin1String("event")].toObject(), created);
    QByteArrayList related;
    for (const QJsonValue event : reply.json()[QLatin1String("related")].toArray()) {
        related.append(event[QLatin1String("type")].toString().toLatin1());
        QCOMPARE(event[QLatin1String("correlationId")], created[QLatin1String("correlationId")]);
    }
    QVERIFY2(related.contains("UserCreated") && related.contains("OrganizationSignupCompleted") && !related.contains("OrganizationCreated"),
             related.join(' ').constData());
}

/// What the filter says of the time is what partitions and keys are looked up by: an edge must not fall off.
void TestAuditEvents::aTimeKeepsOthersOut()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray
        time = list(ada, "type:OrganizationCreated").json()[QLatin1String("events")][0][QLatin1String("occurredAt")].toString().toLatin1();

    QCOMPARE(typesIn(list(ada, "type:OrganizationCreated and time:" + time)).size(), 1);
    QCOMPARE(typesIn(list(ada, "type:OrganizationCreated and time>=" + time)).size(), 1);
    QCOMPARE(typesIn(list(ada, "type:OrganizationCreated and time<=" + time)).size(), 1);
    QCOMPARE(typesIn(list(ada, "type:OrganizationCreated and time>" + time)).size(), 0);
    QCOMPARE(typesIn(list(ada, "type:OrganizationCreated and time<" + time)).size(), 0);
    QCOMPARE(typesIn(list(ada, "type:OrganizationCreated and (time<" + time + " or time:" + time + ")")).size(), 1);
}

void TestAuditEvents::needsThePermission()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp member = memberOf(*m_server, ada);

    QVERIFY_REPLY(list(member, ""), 403, "forbidden");
    QVERIFY_REPLY(list(memberOf(*m_server, ada, "AUDITOR"), ""), 200, "");
    QVERIFY_REPLY(m_server->client().get("/admin/events"), 401, "unauthenticated");
}

AEGIS_TEST(TestAuditEvents)
#include "TestAuditEvents.moc"
