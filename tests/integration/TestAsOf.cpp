#include "tests/integration/Administrators.h"
#include "tests/integration/ReplayStory.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QUrl>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// People and organizations as they were, over HTTP.
class TestAsOf : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void tellsWhatAnOrganizationWas();
    void tellsWhatAPersonWas();
    void tellsRolesOfThePlatformToThePlatform();
    void saysWhenItWasNotThereYet();
    void saysWhatIsLeftOfThePast();
    void anOrganizationIsAnsweredFromItsEventsAlone();
    void showsNoOtherTenants_data();
    void showsNoOtherTenants();
    void needsThePermission();
    void refusesATimeThatIsNone_data();
    void refusesATimeThatIsNone();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    TestReply organizationThen(const SignedUp &asker, const QByteArray &id, Instant time) const
    {
        return as(asker).get("/admin/organizations/" + id + "/as-of?time=" + toRfc3339(time));
    }
    TestReply userThen(const SignedUp &asker, const QByteArray &id, Instant time) const
    {
        return as(asker).get("/admin/users/" + id + "/as-of?time=" + toRfc3339(time));
    }
    /// A moment, apart from what was before and from what comes after.
    Instant moment()
    {
        m_server->advance(1s);
        const Instant now = m_server->now();
        m_server->advance(1s);
        return now;
    }
    /// `field: then, now` of each difference.
    static QByteArrayList differencesIn(const TestReply &reply)
    {
        QByteArrayList found;
        for (const QJsonValue one : reply.json()[QLatin1String("differences")].toArray())
            found.append(one[QLatin1String("field")].toString().toLatin1() + ": "
                         + one[QLatin1String("then")].toString(QStringLiteral("-")).toLatin1() + ", "
                         + one[QLatin1String("now")].toString(QStringLiteral("-")).toLatin1());
        return found;
    }

    std::unique_ptr<TestServer> m_server;
    std::unique_ptr<ReplayStory> m_story;
    SignedUp m_root;
};

void TestAsOf::initTestCase()
{
    m_server = std::make_unique<TestServer>();
    m_story = std::make_unique<ReplayStory>(*m_server);
    m_root = m_story->platformAdministrator("root@asof.example");
}

void TestAsOf::cleanupTestCase()
{
    m_story.reset();
    m_server.reset();
}

void TestAsOf::tellsWhatAnOrganizationWas()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_story->imported("bob@asof.example", ada, "ORGANIZATION_OWNER");
    const QByteArray path = "/admin/organizations/" + ada.organizationId;
    const QByteArray name = as(ada).get(path).json()[QLatin1String("organization")][QLatin1String("name")].toString().toUtf8();
    const Instant before = moment();
    mustBe(200, as(ada).send("PATCH", path, R"({"name":"New Name"})"));
    mustBe(200, as(ada).send("PUT", path + "/members/" + bob.userId + "/roles/ADMIN"));
    mustBe(200, as(m_root).post(path + "/suspend", textObject({{"note", "because"}})));
    const Instant suspended = moment();
    mustBe(200, as(m_root).post(path + "/reactivate"));

    const TestReply then = organizationThen(m_server->logIn(ada), ada.organizationId, before); // the suspension had ended the other session's access

    QVERIFY_REPLY(then, 200, "");
    const QJsonObject answer = then.json();
    QCOMPARE(answer[QLatin1String("asOf")].toString().toLatin1(), toRfc3339(before));
    QCOMPARE(answer[QLatin1String("known")].toString(), QStringLiteral("all"));
    const QJsonValue state = answer[QLatin1String("state")], now = answer[QLatin1String("now")];
    QCOMPARE(state[QLatin1String("name")].toString().toUtf8(), name);
    QCOMPARE(state[QLatin1String("slug")].toString().toUtf8(), ada.slug);
    QCOMPARE(state[QLatin1String("status")].toString(), QStringLiteral("active"));
    QCOMPARE(state[QLatin1String("memberCount")].toInt(), 2);
    QCOMPARE(now[QLatin1String("name")].toString(), QStringLiteral("New Name"));
    QCOMPARE(differencesIn(then),
             (QByteArrayList{"name: " + name + ", New Name", "members." + bob.userId + ": ORGANIZATION_OWNER, ADMIN,ORGANIZATION_OWNER"}));
    const TestReply while_ = organizationThen(m_root, ada.organizationId, suspended);
    QVERIFY_REPLY(while_, 200, "");
    QCOMPARE(while_.json()[QLatin1String("state")][QLatin1String("status")].toString(), QStringLiteral("suspended"));
    QCOMPARE(differencesIn(while_), QByteArrayList{"status: suspended, active"});
}

void TestAsOf::tellsWhatAPersonWas()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_story->imported("person@asof.example", ada, "ORGANIZATION_OWNER");
    const QByteArray account = "/admin/users/" + bob.userId;
    mustBe(200, as(m_root).post(account + "/lock", textObject({{"note", "because"}})));
    const Instant locked = moment();
    mustBe(200, as(m_root).post(account + "/unlock"));
    const Instant unlocked = moment();
    mustBe(200, as(ada).send("DELETE", "/admin/organizations/" + ada.organizationId + "/members/" + bob.userId));

    const TestReply then = userThen(m_root, bob.userId, locked);

    QVERIFY_REPLY(then, 200, "");
    QCOMPARE(then.json()[QLatin1String("known")].toString(), QStringLiteral("all"));
    const QJsonValue state = then.json()[QLatin1String("state")];
    QCOMPARE(state[QLatin1String("status")].toString(), QStringLiteral("locked"));
    QCOMPARE(state[QLatin1String("emailVerified")], QJsonValue(true));
    QCOMPARE(state[QLatin1String("memberships")][0][QLatin1String("organizationId")].toString().toLatin1(), ada.organizationId);
    QCOMPARE(differencesIn(then), (QByteArrayList{"status: locked, active", "memberships." + ada.organizationId + ": ORGANIZATION_OWNER, -"}));
    QCOMPARE(differencesIn(userThen(m_root, bob.userId, unlocked)), QByteArrayList{"memberships." + ada.organizationId + ": ORGANIZATION_OWNER, -"});
    QCOMPARE(differencesIn(userThen(m_root, bob.userId, m_server->now())), QByteArrayList());
    // Neither addresses nor names are told, however they came into the events.
    QVERIFY(!then.body.contains("person@asof.example"));
}

void TestAsOf::tellsRolesOfThePlatformToThePlatform()
{
    const Instant then = moment();
    const TestReply reply = userThen(m_root, m_root.userId, then);
    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.json()[QLatin1String("state")][QLatin1String("platformRoles")], QJsonValue(QJsonArray{QStringLiteral("PLATFORM_ADMIN")}));
    QCOMPARE(differencesIn(reply), QByteArrayList());
}

void TestAsOf::saysWhenItWasNotThereYet()
{
    const Instant before = moment();
    const SignedUp ada = m_server->signUp();

    for (const TestReply &reply : {organizationThen(ada, ada.organizationId, before), userThen(ada, ada.userId, before)}) {
        QVERIFY_REPLY(reply, 200, "");
        QCOMPARE(reply.json()[QLatin1String("known")].toString(), QStringLiteral("not_yet"));
        QVERIFY(reply.json()[QLatin1String("state")].isNull());
        QVERIFY(reply.json()[QLatin1String("now")].isObject());
        QVERIFY(reply.json()[QLatin1String("firstEventAt")].toString().toLatin1() > toRfc3339(before));
        QCOMPARE(differencesIn(reply), QByteArrayList());
    }
}

/// Retention drops the days that began it.
void TestAsOf::saysWhatIsLeftOfThePast()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray path = "/admin/organizations/" + ada.organizationId;
    const Instant early = moment();
    mustBe(200, as(m_root).post(path + "/suspend", textObject({{"note", "because"}})));
    const Instant suspended = moment();
    mustBe(200, as(m_root).post(path + "/reactivate"));
    m_server->sql("delete from aegis.event where tenant_id = $1::uuid and occurred_at < $2", Text{ada.organizationId}, early);

    const SignedUp again = m_server->logIn(ada); // the suspension had ended the other session's access
    const TestReply lost = organizationThen(again, ada.organizationId, early);
    QVERIFY_REPLY(lost, 200, "");
    QCOMPARE(lost.json()[QLatin1String("known")].toString(), QStringLiteral("nothing"));
    QVERIFY(lost.json()[QLatin1String("state")].isNull());
    const TestReply left = organizationThen(again, ada.organizationId, suspended);
    QVERIFY_REPLY(left, 200, "");
    QCOMPARE(left.json()[QLatin1String("known")].toString(), QStringLiteral("part"));
    QCOMPARE(left.json()[QLatin1String("state")][QLatin1String("status")].toString(), QStringLiteral("suspended"));
    QVERIFY(left.json()[QLatin1String("state")][QLatin1String("name")].isNull()); // nothing tells it any more
    QVERIFY(differencesIn(left).contains("status: suspended, active"));
    QVERIFY(!left.body.contains("\"field\":\"name\""));
}

/// Of somebody who came from elsewhere it knows what happened in it.
void TestAsOf::anOrganizationIsAnsweredFromItsEventsAlone()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp grace = m_server->signUp();
    // A member here who belongs to Grace: the role is told here, all else there.
    m_server->sql("insert into aegis.user_role (organization_id, user_id, role_id, created_at) select organization_id, $2::uuid, id, now() "
                  "from aegis.organization_role where organization_id = $1::uuid",
                  Text{ada.organizationId}, Text{grace.userId});
    mustBe(200, as(ada).send("PUT", "/admin/organizations/" + ada.organizationId + "/members/" + grace.userId + "/roles/MEMBER"));
    const Instant then = moment();

    const TestReply seen = userThen(ada, grace.userId, then);

    QVERIFY_REPLY(seen, 200, "");
    QCOMPARE(seen.json()[QLatin1String("known")].toString(), QStringLiteral("part"));
    const QJsonValue state = seen.json()[QLatin1String("state")];
    QVERIFY(state[QLatin1String("status")].isNull());
    QVERIFY(state[QLatin1String("managedBy")].isNull());
    QCOMPARE(state[QLatin1String("memberships")].toArray().size(), 1);
    QVERIFY(!QJsonDocument(state.toObject()).toJson().contains(grace.organizationId));
    QCOMPARE(userThen(grace, grace.userId, then).json()[QLatin1String("state")][QLatin1String("memberships")].toArray().size(), 1); // its own
}

void TestAsOf::showsNoOtherTenants_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::newRow("an organization") << QByteArray("/admin/organizations/ORGANIZATION/as-of");
    QTest::newRow("its owner") << QByteArray("/admin/users/PERSON/as-of");
    QTest::newRow("no organization") << QByteArray("/admin/organizations/0193a0f0-7c00-7abc-8def-00000000cafe/as-of");
    QTest::newRow("nobody") << QByteArray("/admin/users/0193a0f0-7c00-7abc-8def-00000000cafe/as-of");
}

void TestAsOf::showsNoOtherTenants()
{
    QFETCH(QByteArray, path);
    const SignedUp ada = m_server->signUp();
    const SignedUp mallory = m_server->signUp();
    mustBe(200,
           as(m_root).post("/admin/users/" + m_story->imported("v" + mallory.slug + "@asof.example", ada, "ORGANIZATION_OWNER").userId + "/lock",
                           textObject({{"note", "because"}})));
    path.replace("ORGANIZATION", ada.organizationId).replace("PERSON", ada.userId);
    const QByteArray time = "?time=" + toRfc3339(moment());

    const TestReply foreign = as(mallory).get(path + time);

    QVERIFY_REPLY(foreign, 404, "not_found");
    // Whatever the client claims to be.
    QVERIFY_REPLY(as(mallory).with("X-Organization-Id", ada.organizationId).get(path + time), 404, "not_found");
    QVERIFY(!foreign.body.contains(ada.organizationId) || path.contains(ada.organizationId));
    // Nor does SQL as the role that serves tell it.
    const RequestContext ofMallory = RequestContext::forSystem(m_server->now())
                                         .withTenant({.organization = OrganizationId(QUuid::fromString(QLatin1String(mallory.organizationId))),
                                                      .user = UserId(QUuid::fromString(QLatin1String(mallory.userId)))});
    DatabaseSession serving(m_server->database().serving);
    const auto rows = serving.read<Rows>(ofMallory, [&](Tx &tx) {
        return tx.query("select (select count(*) from aegis.replayed_organizations(null, null) where id <> $1::uuid) "
                        "+ (select count(*) from aegis.replayed_users(null, null) where id <> $2::uuid) "
                        "+ (select count(*) from aegis.replayed_memberships(null, null, null) where organization_id <> $1::uuid) "
                        "+ (select count(*) from aegis.replayed_roles(null, null) where organization_id <> $1::uuid) "
                        "+ (select count(*) from aegis.replayed_platform_roles(null, null)) "
                        "+ (select count(*) from aegis.told_event where tenant_id not in ($1::uuid, $2::uuid)), "
                        "(select count(*) from aegis.replayed_organizations(null, null))",
                        Text{mallory.organizationId}, Text{mallory.userId});
    });
    QVERIFY_RESULT(rows);
    QCOMPARE(rows->first().get<qint64>(0), qint64(0));
    QCOMPARE(rows->first().get<qint64>(1), qint64(1)); // its own
}

void TestAsOf::needsThePermission()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const Instant then = moment();

    QVERIFY_REPLY(organizationThen(bob, ada.organizationId, then), 403, "forbidden");
    QVERIFY_REPLY(userThen(bob, ada.userId, then), 403, "forbidden");
    QVERIFY_REPLY(m_server->client().get("/admin/users/" + ada.userId + "/as-of?time=" + toRfc3339(then)), 401, "unauthenticated");
}

void TestAsOf::refusesATimeThatIsNone_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::newRow("none") << QByteArray();
    QTest::newRow("empty") << QByteArray("?time=");
    QTest::newRow("a word") << QByteArray("?time=yesterday");
    QTest::newRow("the future") << QByteArray("?time=2999-01-01T00:00:00Z");
    QTest::newRow("text that would be SQL") << QByteArray("?time=2026-01-01T00:00:00Z'--");
}

void TestAsOf::refusesATimeThatIsNone()
{
    QFETCH(QByteArray, query);
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(as(ada).get("/admin/organizations/" + ada.organizationId + "/as-of" + query), 422, "validation_failed");
    QVERIFY_REPLY(as(ada).get("/admin/users/" + ada.userId + "/as-of" + query), 422, "validation_failed");
    QVERIFY_REPLY(as(ada).get("/admin/organizations/" + ada.organizationId + "/as-of?time=1970-01-01T00:00:00Z"), 200, "");
}

AEGIS_TEST(TestAsOf)
#include "TestAsOf.moc"
