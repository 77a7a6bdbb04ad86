#include "server/replay/Replay.h"
#include "tests/integration/ReplayStory.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <atomic>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// The order that events tell is the one in which it was done, whoever was the first to come.
class TestReplayRaces : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void holdsWhenEverythingHappensAtOnce();
};

void TestReplayRaces::holdsWhenEverythingHappensAtOnce()
{
    TestServer server(ReplayStory::settings());
    ReplayStory story(server);
    const SignedUp root = story.platformAdministrator("root@races.example");
    const SignedUp eve = story.owner(); // whom everything happens to
    const SignedUp fay = story.imported("fay@races.example", eve, "ORGANIZATION_OWNER");
    const QJsonObject credentials = textObject({{"email", eve.email}, {"password", eve.password}});
    const QJsonObject note = textObject({{"note", "because"}});
    const QByteArray account = "/admin/users/" + eve.userId;
    const QByteArray member = "/admin/organizations/" + eve.organizationId + "/members/" + eve.userId;
    constexpr int kinds = 7, turns = 15;
    std::array<std::atomic<int>, kinds> succeeded{};

    together(10, [&](int which) {
        const int kind = which % kinds;
        const TestClient client = server.client(), ruling = client.as(root.accessToken), owning = client.as(fay.accessToken);
        for (int i = 0; i < turns; ++i) {
            TestReply reply;
            if (kind == 0 || kind == 1) {
                reply = client.post("/auth/login", credentials);
                if (kind == 1 && reply.status == 200)
                    client.as(reply.text(QLatin1String("accessToken"))).post("/auth/logout", {{QStringLiteral("allDevices"), true}});
            } else if (kind == 2) {
                reply = i % 2 == 0 ? ruling.post(account + "/lock", note) : ruling.post(account + "/unlock");
            } else if (kind == 3) {
                reply = i % 3 == 0 ? ruling.post(account + "/suspend", note) : ruling.post(account + "/reactivate");
            } else if (kind == 4) {
                reply = owning.send("PUT", member + (i % 2 == 0 ? "/roles/MEMBER" : "/roles/ADMIN"));
            } else if (kind == 5) {
                reply = owning.send("DELETE", member + "/roles/MEMBER");
            } else {
                reply = owning.send("DELETE", member);
            }
            succeeded.at(static_cast<std::size_t>(kind)) += reply.status == 200 ? 1 : 0;
        }
        return 0;
    });

    for (int kind = 0; kind < kinds; ++kind)
        QVERIFY2(succeeded.at(static_cast<std::size_t>(kind)) > 0, QByteArray::number(kind).constData());
    Replay replay(server.database().administrator);
    const auto report = replay.check(30 * 24h, server.now());
    QVERIFY_RESULT(report);
    for (const auto &one : report->shown)
        qInfo("%s %s %s: %s, %s", qPrintable(one.what), qPrintable(one.id), qPrintable(one.field), qPrintable(one.told.value_or(QString())),
              qPrintable(one.present.value_or(QString())));
    QCOMPARE(report->differences, qint64(0));
}

AEGIS_TEST(TestReplayRaces)
#include "TestReplayRaces.moc"
