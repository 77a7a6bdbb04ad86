#include "tests/integration/Administrators.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <QtCore/QJsonArray>
#include <QtCore/QUrl>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// What administrators do to organizations and their members, over HTTP.
class TestManagedOrganizations : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void showsTheOwnAlone();
    void changesNameAndSlug();
    void aTakenSlugIsRefused();
    void suspensionEndsAccessAtOnce();
    void anOwnerCannotSuspend();
    void isDeletedAndRestored();
    void isRestoredAsWhatItWas();
    void whoWaitsForAnAddressIsNotSuspended();
    void isNotRestoredAfterAMonth();
    void givesAndTakesRoles();
    void nobodyGivesMoreThanTheyMay();
    void aStrangerGetsNoRole();
    void theLastOwnerStays();
    void endingAMembershipEndsItsSessions();
    void aLoginUnderWayDoesNotOutliveTheMembership();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    static QByteArray pathOf(const SignedUp &owner, const char *more = "") { return "/admin/organizations/" + owner.organizationId + more; }
    TestReply role(const SignedUp &actor, const char *method, const SignedUp &owner, const SignedUp &person, const char *name) const
    {
        return as(actor).send(method, pathOf(owner) + "/members/" + person.userId + "/roles/" + name);
    }
    QByteArray statusOf(const SignedUp &owner)
    {
        return m_server->value<QByteArray>("select status from aegis.organization where id = $1::uuid", Text{owner.organizationId});
    }

    std::unique_ptr<TestServer> m_server;
};

void TestManagedOrganizations::showsTheOwnAlone()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    memberOf(*m_server, ada);

    const TestReply own = as(ada).get(pathOf(ada));
    QVERIFY_REPLY(own, 200, "");
    QCOMPARE(own.json()[QLatin1String("organization")][QLatin1String("slug")].toString().toLatin1(), ada.slug);
    QCOMPARE(own.json()[QLatin1String("organization")][QLatin1String("members")].toInt(), 2);
    QVERIFY_REPLY(as(ada).get(pathOf(bob)), 404, "not_found");
    QCOMPARE(as(ada).get("/admin/organizations").json()[QLatin1String("organizations")].toArray().size(), 1);
    const SignedUp root = platformStaff(*m_server);
    const TestReply found = as(root).get("/admin/organizations?filter=slug:" + bob.slug);
    QCOMPARE(found.json()[QLatin1String("organizations")][0][QLatin1String("id")].toString().toLatin1(), bob.organizationId);
    QVERIFY_REPLY(as(root).get(pathOf(bob)), 200, "");
}

void TestManagedOrganizations::changesNameAndSlug()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray tag = as(ada).get(pathOf(ada)).field("ETag");
    const QByteArray body = R"({"name":"Difference Engines","slug":"difference-)" + ada.slug + R"("})";

    const TestReply changed = as(ada).with("If-Match", tag).send("PATCH", pathOf(ada), body);

    QVERIFY_REPLY(changed, 200, "");
    QCOMPARE(changed.json()[QLatin1String("organization")][QLatin1String("name")].toString(), QStringLiteral("Difference Engines"));
    QVERIFY(changed.field("ETag") != tag);
    QVERIFY_REPLY(as(ada).with("If-Match", tag).send("PATCH", pathOf(ada), R"({"name":"Late"})"), 412, "precondition_failed");
    QCOMPARE(as(ada).get("/auth/me").json()[QLatin1String("organization")][QLatin1String("name")].toString(), QStringLiteral("Difference Engines"));
    QCOMPARE(m_server->value<QByteArray>(
                 "select payload -> 'before' ->> 'slug' from aegis.event where type = 'OrganizationUpdated' and tenant_id = $1::uuid",
                 Text{ada.organizationId}),
             ada.slug);
}

void TestManagedOrganizations::aTakenSlugIsRefused()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();

    QVERIFY_REPLY(as(ada).send("PATCH", pathOf(ada), R"({"slug":")" + bob.slug + R"("})"), 409, "slug_taken");
    QVERIFY_REPLY(as(ada).send("PATCH", pathOf(ada), R"({"slug":"admin"})"), 422, "validation_failed");

    QCOMPARE(as(ada).get(pathOf(ada)).json()[QLatin1String("organization")][QLatin1String("slug")].toString().toLatin1(), ada.slug);
}

void TestManagedOrganizations::suspensionEndsAccessAtOnce()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    const SignedUp root = platformStaff(*m_server);

    QVERIFY_REPLY(as(root).post(pathOf(ada, "/suspend"), textObject({{"note", "unpaid"}})), 200, "");

    QVERIFY_REPLY(as(ada).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}})), 401, "invalid_refresh_token");
    QVERIFY_REPLY(as(bob).get("/auth/verify"), 204, "");
    QVERIFY_REPLY(as(root).post(pathOf(ada, "/suspend"), textObject({{"note", "again"}})), 409, "conflict");
    QVERIFY(m_server->logIn(ada).organizationId.isEmpty());

    QVERIFY_REPLY(as(root).post(pathOf(ada, "/reactivate")), 200, "");

    QVERIFY_REPLY(m_server->client().post("/auth/refresh", textObject({{"refreshToken", ada.refreshToken}})), 200, "");
    QCOMPARE(m_server->logIn(ada).organizationId, ada.organizationId);
}

void TestManagedOrganizations::anOwnerCannotSuspend()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(as(ada).post(pathOf(ada, "/suspend"), textObject({{"note", "mine"}})), 403, "forbidden");

    QCOMPARE(statusOf(ada), QByteArray("active"));
}

void TestManagedOrganizations::isDeletedAndRestored()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp admin = memberOf(*m_server, ada, "ADMIN");
    const SignedUp root = platformStaff(*m_server);
    QVERIFY_REPLY(as(admin).post(pathOf(ada, "/delete"), textObject({{"note", "no"}})), 403, "forbidden");

    QVERIFY_REPLY(as(ada).post(pathOf(ada, "/delete"), textObject({{"note", "closing down"}})), 200, "");

    QCOMPARE(statusOf(ada), QByteArray("deleted"));
    QVERIFY_REPLY(as(ada).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(as(admin).get("/auth/verify"), 401, "invalid_token");
    QVERIFY(m_server->client().get("/auth/organizations/slug-available/" + ada.slug).body.contains("taken"));
    m_server->advance(std::chrono::hours(24) * 29);
    const SignedUp later = m_server->logIn(root);
    QVERIFY_REPLY(as(later).post(pathOf(ada, "/restore")), 200, "");
    QCOMPARE(m_server->logIn(ada).organizationId, ada.organizationId);
}

void TestManagedOrganizations::isRestoredAsWhatItWas()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp root = platformStaff(*m_server);
    QVERIFY_REPLY(as(root).post(pathOf(ada, "/suspend"), textObject({{"note", "unpaid"}})), 200, "");
    QVERIFY_REPLY(as(root).post(pathOf(ada, "/delete"), textObject({{"note", "still unpaid"}})), 200, "");

    QVERIFY_REPLY(as(root).post(pathOf(ada, "/restore")), 200, "");

    QCOMPARE(statusOf(ada), QByteArray("suspended"));
}

/// Else a suspension and its end would do what only a verified address does.
void TestManagedOrganizations::whoWaitsForAnAddressIsNotSuspended()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp root = platformStaff(*m_server);
    m_server->sql("update aegis.organization set status = 'pending' where id = $1::uuid", Text{ada.organizationId});

    for (const char *what : {"/suspend", "/delete"})
        QVERIFY_REPLY(as(root).post(pathOf(ada, what), textObject({{"note", "why"}})), 409, "conflict");

    QCOMPARE(statusOf(ada), QByteArray("pending"));
}

void TestManagedOrganizations::isNotRestoredAfterAMonth()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp root = platformStaff(*m_server);
    QVERIFY_REPLY(as(ada).post(pathOf(ada, "/delete"), textObject({{"note", "closing down"}})), 200, "");
    m_server->advance(std::chrono::hours(24) * 31);

    QVERIFY_REPLY(as(m_server->logIn(root)).post(pathOf(ada, "/restore")), 409, "conflict");

    QCOMPARE(statusOf(ada), QByteArray("deleted"));
}

void TestManagedOrganizations::givesAndTakesRoles()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    QVERIFY_REPLY(as(bob).get("/admin/users"), 403, "forbidden");

    const TestReply given = role(ada, "PUT", ada, bob, "ADMIN"); // which the organization has not used before

    QVERIFY_REPLY(given, 200, "");
    QCOMPARE(given.json()[QLatin1String("roles")].toArray(), (QJsonArray{QStringLiteral("ADMIN"), QStringLiteral("MEMBER")}));
    QVERIFY_REPLY(as(bob).get("/admin/users"), 200, "");                        // at once, with the token of before
    QVERIFY_REPLY(role(ada, "PUT", ada, bob, "ADMIN"), 200, "");                // has it
    QCOMPARE(m_server->events(ada.organizationId).count("UserRoleCreated"), 2); // the owner's, and this one
    QVERIFY_REPLY(role(ada, "PUT", ada, bob, "SUPERUSER"), 404, "not_found");
    QVERIFY_REPLY(role(ada, "DELETE", ada, bob, "ADMIN"), 200, "");
    QVERIFY_REPLY(as(bob).get("/admin/users"), 403, "forbidden");
    QVERIFY_REPLY(role(ada, "DELETE", ada, bob, "ADMIN"), 404, "not_found");
    QCOMPARE(m_server->events(ada.organizationId).last(), QByteArray("UserRoleRevoked"));
}

void TestManagedOrganizations::nobodyGivesMoreThanTheyMay()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp admin = memberOf(*m_server, ada, "ADMIN");
    const SignedUp bob = memberOf(*m_server, ada);

    QVERIFY_REPLY(role(admin, "PUT", ada, bob, "ORGANIZATION_OWNER"), 403, "forbidden");
    QVERIFY_REPLY(role(admin, "PUT", ada, admin, "ORGANIZATION_OWNER"), 403, "forbidden");
    QVERIFY_REPLY(role(admin, "DELETE", ada, ada, "ORGANIZATION_OWNER"), 403, "forbidden");
    QVERIFY_REPLY(as(admin).send("DELETE", pathOf(ada) + "/members/" + ada.userId), 403, "forbidden");

    QVERIFY_REPLY(role(admin, "PUT", ada, bob, "AUDITOR"), 200, "");
    QVERIFY_REPLY(as(ada).get("/auth/verify"), 204, "");
}

void TestManagedOrganizations::aStrangerGetsNoRole()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp stranger = m_server->signUp();
    const QByteArray before = m_server->rowCounts();

    QVERIFY_REPLY(role(ada, "PUT", ada, stranger, "ORGANIZATION_OWNER"), 404, "not_found");
    QVERIFY_REPLY(role(ada, "PUT", stranger, ada, "ORGANIZATION_OWNER"), 404, "not_found"); // in somebody else's organization
    QVERIFY_REPLY(role(ada, "PUT", stranger, stranger, "MEMBER"), 404, "not_found");

    QCOMPARE(m_server->rowCounts(), before);
}

void TestManagedOrganizations::theLastOwnerStays()
{
    const SignedUp ada = m_server->signUp();
    QVERIFY_REPLY(role(ada, "DELETE", ada, ada, "ORGANIZATION_OWNER"), 409, "last_owner");
    QVERIFY_REPLY(as(ada).send("DELETE", pathOf(ada) + "/members/" + ada.userId), 409, "last_owner");
    const SignedUp bob = memberOf(*m_server, ada, "ORGANIZATION_OWNER");

    const auto replies = together(2, [&](int i) { return role(i == 0 ? ada : bob, "DELETE", ada, i == 0 ? bob : ada, "ORGANIZATION_OWNER").status; });

    QVERIFY(std::count(replies.begin(), replies.end(), 200) <= 1);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.user_role m join aegis.organization_role r on r.id = m.role_id "
                                     "where m.organization_id = $1::uuid and r.name = 'ORGANIZATION_OWNER'",
                                     Text{ada.organizationId}),
             qint64(1));
}

void TestManagedOrganizations::endingAMembershipEndsItsSessions()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = memberOf(*m_server, ada);
    const SignedUp eve = memberOf(*m_server, ada);

    QVERIFY_REPLY(as(ada).send("DELETE", pathOf(ada) + "/members/" + bob.userId), 200, "");
    QVERIFY_REPLY(role(ada, "DELETE", ada, eve, "MEMBER"), 200, ""); // the last role is the membership

    for (const SignedUp &person : {bob, eve}) {
        QVERIFY_REPLY(as(person).get("/auth/verify"), 401, "invalid_token");
        QVERIFY(m_server->logIn(person).organizationId.isEmpty()); // the account stays
    }
    QCOMPARE(m_server->events(ada.organizationId).count("MembershipEnded"), 2);
    QVERIFY_REPLY(as(ada).send("DELETE", pathOf(ada) + "/members/" + bob.userId), 404, "not_found");
}

/// Whichever is first: the login fails or is in no organization, or its session has ended.
void TestManagedOrganizations::aLoginUnderWayDoesNotOutliveTheMembership()
{
    for (int round = 0; round < 5; ++round) {
        const SignedUp ada = m_server->signUp();
        const SignedUp bob = memberOf(*m_server, ada);

        together(6, [&](int i) {
            return i == 0 ? as(ada).send("DELETE", pathOf(ada) + "/members/" + bob.userId).status
                          : m_server->client().post("/auth/login", textObject({{"email", bob.email}, {"password", bob.password}})).status;
        });

        QCOMPARE(
            m_server->value<qint64>("select count(*) from aegis.session where user_id = $1::uuid and organization_id = $2::uuid and ended_at is null",
                                    Text{bob.userId}, Text{ada.organizationId}),
            qint64(0));
    }
}

AEGIS_TEST(TestManagedOrganizations)
#include "TestManagedOrganizations.moc"
