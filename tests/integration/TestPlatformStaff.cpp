#include "tests/integration/Administrators.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Who gives and takes roles of the platform, over HTTP.
class TestPlatformStaff : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void platformRolesAreGivenAndTaken();
    void theLastPlatformAdministratorStays();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    SignedUp onlyAdministrator()
    {
        m_server->sql("delete from aegis.platform_role");
        return platformStaff(*m_server);
    }

    std::unique_ptr<TestServer> m_server;
};

void TestPlatformStaff::platformRolesAreGivenAndTaken()
{
    const SignedUp root = onlyAdministrator();
    const SignedUp eve = m_server->registerPerson();
    const SignedUp ada = m_server->signUp();
    const QByteArray path = "/admin/platform/staff/" + eve.userId + "/roles/PLATFORM_AUDITOR";
    QVERIFY_REPLY(as(root).send("PUT", path), 403, "email_not_verified");
    m_server->sql("update aegis.\"user\" set email_verified_at = now() where id = $1::uuid", Text{eve.userId});
    QVERIFY_REPLY(as(ada).send("PUT", path), 403, "forbidden");

    const TestReply given = as(root).send("PUT", path);

    QVERIFY_REPLY(given, 200, "");
    QCOMPARE(given.json()[QLatin1String("staff")].toArray().size(), 2);
    QVERIFY_REPLY(as(eve).get("/admin/users"), 200, "");
    QVERIFY_REPLY(as(eve).get("/admin/platform/staff"), 403, "forbidden"); // an auditor gives nothing
    QVERIFY_REPLY(as(eve).send("PUT", "/admin/platform/staff/" + eve.userId + "/roles/PLATFORM_ADMIN"), 403, "forbidden");
    QVERIFY_REPLY(as(root).send("DELETE", path), 200, "");
    QVERIFY_REPLY(as(eve).get("/admin/users"), 403, "forbidden");
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.event where type in ('PlatformRoleGranted', 'PlatformRoleRevoked') "
                                     "and subject_id = $1::uuid and actor_id = $2::uuid and payload ->> 'by' = 'administrator'",
                                     Text{eve.userId}, Text{root.userId}),
             2);
}

void TestPlatformStaff::theLastPlatformAdministratorStays()
{
    const SignedUp root = onlyAdministrator();
    const QByteArray path = "/admin/platform/staff/" + root.userId + "/roles/PLATFORM_ADMIN";

    QVERIFY_REPLY(as(root).send("DELETE", path), 409, "last_administrator");
    QVERIFY_REPLY(as(root).send("DELETE", "/admin/platform/staff/" + root.userId + "/roles/PLATFORM_GOD"), 404, "not_found");

    QVERIFY_REPLY(as(root).get("/admin/platform/staff"), 200, "");
}

AEGIS_TEST(TestPlatformStaff)
#include "TestPlatformStaff.moc"
