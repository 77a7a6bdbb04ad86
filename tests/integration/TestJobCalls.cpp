#include "tests/integration/Administrators.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using namespace aegis::test;

/// Scheduled jobs as administrators of the platform see and command them, over HTTP. What a run does: see TestJobRunner.
class TestJobCalls : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void listsAllWithTheirSchedules();
    void pausesAndResumes();
    void takesAnotherScheduleAndRefusesWhatIsNone();
    void asksForARun();
    void isOfThePlatformAlone();

private:
    TestClient as(const SignedUp &person) const { return m_server->client().as(person.accessToken); }
    QJsonObject job(const SignedUp &person, const QString &name) const
    {
        const TestReply reply = as(person).get("/admin/jobs");
        if (reply.status != 200)
            qFatal("%s", reply.described().constData());
        for (const QJsonValue one : reply.json()[QLatin1String("jobs")].toArray()) {
            if (one[QLatin1String("name")].toString() == name)
                return one.toObject();
        }
        return {};
    }

    std::unique_ptr<TestServer> m_server;
    const QString m_name = QStringLiteral("session-cleanup");
};

void TestJobCalls::listsAllWithTheirSchedules()
{
    const SignedUp auditor = platformStaff(*m_server, "PLATFORM_AUDITOR");

    const QJsonObject found = job(auditor, m_name);

    QCOMPARE(found[QLatin1String("schedule")], found[QLatin1String("defaultSchedule")]);
    QVERIFY(!found[QLatin1String("nextRunAt")].toString().isEmpty());
    QCOMPARE(found[QLatin1String("pausedAt")], QJsonValue(QJsonValue::Null));
    QVERIFY_REPLY(as(auditor).get("/admin/jobs/session-cleanup/runs"), 200, "");
    QVERIFY_REPLY(as(auditor).get("/admin/jobs/no-such-job/runs"), 404, "not_found");
    QVERIFY_REPLY(as(auditor).post("/admin/jobs/session-cleanup/pause"), 403, "forbidden"); // sees everything and changes nothing
}

void TestJobCalls::pausesAndResumes()
{
    const SignedUp root = platformStaff(*m_server);

    QVERIFY_REPLY(as(root).post("/admin/jobs/session-cleanup/pause"), 204, "");

    QVERIFY(!job(root, m_name)[QLatin1String("pausedAt")].isNull());
    QCOMPARE(job(root, m_name)[QLatin1String("nextRunAt")], QJsonValue(QJsonValue::Null));
    QVERIFY_REPLY(as(root).post("/admin/jobs/session-cleanup/resume"), 204, "");
    QCOMPARE(job(root, m_name)[QLatin1String("pausedAt")], QJsonValue(QJsonValue::Null));
    QVERIFY_REPLY(as(root).post("/admin/jobs/no-such-job/pause"), 404, "not_found");
}

void TestJobCalls::takesAnotherScheduleAndRefusesWhatIsNone()
{
    const SignedUp root = platformStaff(*m_server);

    QVERIFY_REPLY(as(root).send("PUT", "/admin/jobs/session-cleanup/schedule", R"({"schedule":"*/10 * * * *"})"), 204, "");
    const TestReply refused = as(root).send("PUT", "/admin/jobs/session-cleanup/schedule", R"({"schedule":"0 24 * * *"})");

    QVERIFY_REPLY(refused, 422, "validation_failed");
    QVERIFY2(refused.body.contains("hour"), refused.described().constData());
    QCOMPARE(job(root, m_name)[QLatin1String("schedule")].toString(), QStringLiteral("*/10 * * * *"));
}

void TestJobCalls::asksForARun()
{
    const SignedUp root = platformStaff(*m_server);
    const auto manualRuns = [&] {
        return m_server->value<qint64>(
            "select count(*) from aegis.job_run where job = 'mail-cleanup' and trigger = 'manual' and outcome = 'succeeded'");
    };

    QVERIFY_REPLY(as(root).post("/admin/jobs/mail-cleanup/run"), 204, "");

    QTRY_COMPARE_WITH_TIMEOUT(manualRuns(), qint64(1), 20'000);
}

void TestJobCalls::isOfThePlatformAlone()
{
    const SignedUp ada = m_server->signUp(); // an owner

    QVERIFY_REPLY(as(ada).get("/admin/jobs"), 403, "forbidden");
    QVERIFY_REPLY(as(ada).post("/admin/jobs/session-cleanup/run"), 403, "forbidden");
    // Not even with a role of the organization's own into which somebody wrote the permission.
    m_server->sql("update aegis.organization_role set system = false, permissions = '{job.read,job.manage}' where organization_id = $1::uuid",
                  Text{ada.organizationId});
    QVERIFY_REPLY(as(ada).get("/admin/jobs"), 403, "forbidden");
    QVERIFY_REPLY(as(ada).post("/admin/jobs/session-cleanup/run"), 403, "forbidden");
}

AEGIS_TEST(TestJobCalls)
#include "TestJobCalls.moc"
