#include "tests/integration/Administrators.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Roles of an organization's own, the list of its members, and its ownership.
class TestRolesAndMembers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void aRoleAllowsWhatItSays();
    void aRoleThatIsChangedCountsAtOnce();
    void nobodyMakesARoleOfMoreThanTheyMay();
    void builtInRolesStayAsTheyAre();
    void aRoleThatSomebodyHasStays();
    void aLostChangeOfARoleIsTold();
    void rolesOfAnotherOrganizationAreNotThere();
    void listsMembers();
    void ownershipIsHandedOver();
    void ownershipGoesToNobodyWhoCannotUseIt();
    void aPermissionAloneMakesNobodyOwner();
    void whatIsLostMeanwhileCountsNoMore();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    static QByteArray pathOf(const SignedUp &owner, const QByteArray &more = {}) { return "/admin/organizations/" + owner.organizationId + more; }
    TestReply putRole(const SignedUp &actor, const SignedUp &owner, const QByteArray &role, const QByteArray &permissions) const
    {
        return as(actor).send("PUT", pathOf(owner, "/roles/" + role), R"({"permissions":[)" + permissions + "]}");
    }
    TestReply give(const SignedUp &actor, const SignedUp &owner, const SignedUp &person, const QByteArray &role) const
    {
        return as(actor).send("PUT", pathOf(owner, "/members/" + person.userId + "/roles/" + role));
    }

    std::unique_ptr<TestServer> m_server;
};

void TestRolesAndMembers::aRoleAllowsWhatItSays()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(as(bob).get("/admin/sessions"), 403, "forbidden");

    const TestReply made = putRole(ada, ada, "SUPPORT", R"("session.read","session.revoke")");
    QVERIFY_REPLY(made, 200, "");
    QCOMPARE(made.json()[QLatin1String("role")][QLatin1String("permissions")].toArray().size(), 2);
    QVERIFY_REPLY(give(ada, ada, bob, "SUPPORT"), 200, "");

    QVERIFY_REPLY(as(bob).get("/admin/sessions"), 200, "");
    QVERIFY_REPLY(as(bob).get("/admin/users"), 403, "forbidden");
    const QJsonArray roles = as(ada).get(pathOf(ada, "/roles")).json()[QLatin1String("roles")].toArray();
    QCOMPARE(roles.size(), 5);
    QCOMPARE(roles.last()[QLatin1String("name")].toString(), QStringLiteral("SUPPORT"));
    QCOMPARE(roles.last()[QLatin1String("members")].toInt(), 1);
    QVERIFY(m_server->events(ada.organizationId).contains("RoleCreated"));
    const QJsonArray catalogue = as(ada).get("/admin/permissions").json()[QLatin1String("permissions")].toArray();
    QVERIFY(catalogue.size() > 20);
}

void TestRolesAndMembers::aRoleThatIsChangedCountsAtOnce()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(putRole(ada, ada, "SUPPORT", R"("session.read")"), 200, "");
    QVERIFY_REPLY(give(ada, ada, bob, "SUPPORT"), 200, "");
    QVERIFY_REPLY(as(bob).get("/admin/sessions"), 200, "");

    QVERIFY_REPLY(putRole(ada, ada, "SUPPORT", R"("user.read")"), 200, "");

    QVERIFY_REPLY(as(bob).get("/admin/sessions"), 403, "forbidden");
    QVERIFY_REPLY(as(bob).get("/admin/users"), 200, "");
    QCOMPARE(m_server->value<QByteArray>("select payload -> 'before' ->> 0 from aegis.event where type = 'RoleChanged' and tenant_id = $1::uuid",
                                         Text{ada.organizationId}),
             QByteArray("session.read"));
}

void TestRolesAndMembers::nobodyMakesARoleOfMoreThanTheyMay()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(putRole(ada, ada, "ROLEMAKER", R"("role.manage","session.read")"), 200, "");
    QVERIFY_REPLY(putRole(ada, ada, "DELETER", R"("organization.delete")"), 200, "");
    QVERIFY_REPLY(give(ada, ada, bob, "ROLEMAKER"), 200, "");

    QVERIFY_REPLY(putRole(bob, ada, "MINE", R"("session.revoke")"), 403, "forbidden");
    QVERIFY_REPLY(putRole(bob, ada, "DELETER", R"("session.read")"), 403, "forbidden"); // it has allowed more
    QVERIFY_REPLY(as(bob).send("DELETE", pathOf(ada, "/roles/DELETER")), 403, "forbidden");
    QVERIFY_REPLY(putRole(ada, ada, "PLATFORM", R"("platform.manage")"), 422, "validation_failed");
    QVERIFY_REPLY(putRole(ada, ada, "NONSENSE", R"("fly")"), 422, "validation_failed");
    QVERIFY_REPLY(putRole(ada, ada, "lower", R"("session.read")"), 422, "validation_failed");

    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.organization_role where organization_id = $1::uuid and not system",
                                     Text{ada.organizationId}),
             2);
    QVERIFY_REPLY(putRole(bob, ada, "MINE", R"("session.read")"), 200, "");
}

void TestRolesAndMembers::builtInRolesStayAsTheyAre()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(putRole(ada, ada, "ADMIN", ""), 409, "conflict");
    QVERIFY_REPLY(as(ada).send("DELETE", pathOf(ada, "/roles/ORGANIZATION_OWNER")), 409, "conflict");
    QVERIFY_REPLY(putRole(ada, ada, "PLATFORM_ADMIN", ""), 409, "conflict");
}

void TestRolesAndMembers::aRoleThatSomebodyHasStays()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(putRole(ada, ada, "SUPPORT", R"("session.read")"), 200, "");
    QVERIFY_REPLY(give(ada, ada, bob, "SUPPORT"), 200, "");
    QVERIFY_REPLY(as(ada).send("DELETE", pathOf(ada, "/roles/SUPPORT")), 409, "conflict");
    QVERIFY_REPLY(as(ada).send("DELETE", pathOf(ada, "/members/" + bob.userId + "/roles/SUPPORT")), 200, "");

    QVERIFY_REPLY(as(ada).send("DELETE", pathOf(ada, "/roles/SUPPORT")), 200, "");

    QVERIFY_REPLY(give(ada, ada, bob, "SUPPORT"), 404, "not_found");
    QVERIFY_REPLY(as(ada).send("DELETE", pathOf(ada, "/roles/SUPPORT")), 404, "not_found");
    QVERIFY(m_server->events(ada.organizationId).contains("RoleDeleted"));
}

void TestRolesAndMembers::aLostChangeOfARoleIsTold()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray tag = putRole(ada, ada, "SUPPORT", R"("session.read")").field("ETag");
    QVERIFY_REPLY(putRole(ada, ada, "SUPPORT", R"("user.read")"), 200, "");

    const TestReply lost = as(ada).with("If-Match", tag).send("PUT", pathOf(ada, "/roles/SUPPORT"), R"({"permissions":[]})");

    QVERIFY_REPLY(lost, 412, "precondition_failed");
    QCOMPARE(lost.json()[QLatin1String("current")][QLatin1String("permissions")][0].toString(), QStringLiteral("user.read"));
    QVERIFY_REPLY(as(ada).with("If-Match", tag).send("DELETE", pathOf(ada, "/roles/SUPPORT")), 412, "precondition_failed");
}

void TestRolesAndMembers::rolesOfAnotherOrganizationAreNotThere()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    QVERIFY_REPLY(putRole(ada, ada, "SUPPORT", R"("session.read")"), 200, "");

    QVERIFY_REPLY(as(bob).get(pathOf(ada, "/roles")), 404, "not_found");
    QVERIFY_REPLY(putRole(bob, ada, "SUPPORT", ""), 404, "not_found");
    QVERIFY_REPLY(as(bob).send("DELETE", pathOf(ada, "/roles/SUPPORT")), 404, "not_found");
    QVERIFY_REPLY(as(bob).get(pathOf(ada, "/members")), 404, "not_found");
    QVERIFY_REPLY(as(bob).post(pathOf(ada, "/transfer"), textObject({{"userId", bob.userId}})), 404, "not_found");

    QCOMPARE(as(bob).get(pathOf(bob, "/roles")).json()[QLatin1String("roles")].toArray().size(), 4);
}

void TestRolesAndMembers::listsMembers()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp admin = memberOf(*m_server, ada, "ADMIN");
    const SignedUp member = memberOf(*m_server, ada);
    const SignedUp root = platformStaff(*m_server);

    const TestReply all = as(ada).get(pathOf(ada, "/members?count=true"));
    QCOMPARE(all.json()[QLatin1String("members")].toArray().size(), 3);
    QCOMPARE(all.json()[QLatin1String("count")][QLatin1String("rows")].toInt(), 3);
    const QJsonArray admins = as(root).get(pathOf(ada, "/members?filter=role:ADMIN")).json()[QLatin1String("members")].toArray();
    QCOMPARE(admins.size(), 1);
    QCOMPARE(admins[0][QLatin1String("email")].toString().toUtf8(), admin.email);
    QVERIFY_REPLY(as(member).get(pathOf(ada, "/members")), 403, "forbidden");

    const TestReply first = as(ada).get(pathOf(ada, "/members?limit=2"));
    QCOMPARE(first.json()[QLatin1String("members")].toArray().size(), 2);
    const TestReply second = as(ada).get(pathOf(ada, "/members?limit=2&cursor=" + first.text(QLatin1String("next"))));
    QCOMPARE(second.json()[QLatin1String("members")].toArray().size(), 1);
}

void TestRolesAndMembers::ownershipIsHandedOver()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(as(bob).post(pathOf(ada, "/transfer"), textObject({{"userId", bob.userId}})), 403, "forbidden");

    const TestReply done = as(ada).post(pathOf(ada, "/transfer"), textObject({{"userId", bob.userId}}));

    QVERIFY_REPLY(done, 200, "");
    QVERIFY(done.json()[QLatin1String("roles")].toArray().contains(QStringLiteral("ORGANIZATION_OWNER")));
    QVERIFY_REPLY(as(ada).post(pathOf(ada, "/delete"), textObject({{"note", "mine"}})), 403, "forbidden");
    QVERIFY_REPLY(as(ada).get("/admin/users"), 200, ""); // she is an administrator
    QCOMPARE(m_server->value<QByteArray>(
                 "select payload -> 'from' ->> 0 from aegis.event where type = 'OrganizationOwnershipTransferred' and tenant_id = $1::uuid",
                 Text{ada.organizationId}),
             ada.userId);
    const SignedUp root = platformStaff(*m_server);
    QVERIFY_REPLY(as(root).post(pathOf(ada, "/transfer"), textObject({{"userId", ada.userId}})), 200, "");
    QVERIFY_REPLY(as(bob).post(pathOf(ada, "/delete"), textObject({{"note", "mine"}})), 403, "forbidden");
}

void TestRolesAndMembers::ownershipGoesToNobodyWhoCannotUseIt()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const SignedUp stranger = m_server->signUp();
    m_server->sql("update aegis.\"user\" set status = 'suspended' where id = $1::uuid", Text{bob.userId});

    QVERIFY_REPLY(as(ada).post(pathOf(ada, "/transfer"), textObject({{"userId", bob.userId}})), 409, "conflict");
    QVERIFY_REPLY(as(ada).post(pathOf(ada, "/transfer"), textObject({{"userId", stranger.userId}})), 404, "not_found");
    m_server->advance(14min);
    QVERIFY_REPLY(as(ada).post(pathOf(ada, "/transfer"), textObject({{"userId", bob.userId}})), 403, "reauthentication_required");

    QCOMPARE(m_server->events(ada.organizationId).count("OrganizationOwnershipTransferred"), 0);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.user_role where organization_id = $1::uuid and user_id = $2::uuid",
                                     Text{ada.organizationId}, Text{bob.userId}),
             1);
}

void TestRolesAndMembers::aPermissionAloneMakesNobodyOwner()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(putRole(ada, ada, "MOVER", R"("organization.transfer")"), 200, "");
    QVERIFY_REPLY(give(ada, ada, bob, "MOVER"), 200, "");

    QVERIFY_REPLY(as(bob).post(pathOf(ada, "/transfer"), textObject({{"userId", bob.userId}})), 409, "conflict");
    QVERIFY_REPLY(as(bob).post(pathOf(ada, "/transfer"), textObject({{"userId", ada.userId}})), 403, "forbidden");

    QVERIFY_REPLY(as(ada).send("PATCH", pathOf(ada), R"({"name":"Still hers"})"), 200, "");
    QCOMPARE(m_server->events(ada.organizationId).count("OrganizationOwnershipTransferred"), 0);
}

void TestRolesAndMembers::whatIsLostMeanwhileCountsNoMore()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada, "ADMIN");
    // Whoever is being removed makes as many roles as he can: what comes after the end of the membership makes none.
    const auto attempts = together(6, [&](int i) {
        if (i == 0)
            return as(ada).send("DELETE", pathOf(ada, "/members/" + bob.userId));
        return putRole(bob, ada, "ROLE_" + QByteArray::number(i), R"("session.read")");
    });

    QCOMPARE(attempts[0].status, 200);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where type = 'RoleCreated' and tenant_id = $1::uuid and xid > "
                                     "(select max(xid) from aegis.event where type = 'MembershipEnded' and tenant_id = $1::uuid)",
                                     Text{ada.organizationId}),
             0);
    QVERIFY_REPLY(putRole(bob, ada, "LATE", ""), 401, "invalid_token");
}

AEGIS_TEST(TestRolesAndMembers)
#include "TestRolesAndMembers.moc"
