#include "server/replay/Replay.h"
#include "tests/integration/ReplayStory.h"
#include "tests/support/TestMain.h"
#include "tests/support/Together.h"

#include <array>
#include <atomic>
#include <latch>

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
    // Logins that are refused meanwhile are counted as failures: they are not to pause the others.
    TestServer server(Environment{{"LOGIN_FAILURES", "1000"}, {"ACCOUNT_FAILURES", "1000"}, {"EMAIL_VERIFICATION", "required"}});
    ReplayStory story(server);
    const SignedUp root = story.platformAdministrator("root@races.example");
    const SignedUp eve = story.owner(); // whom everything happens to
    const SignedUp fay = story.imported("fay@races.example", eve, "ORGANIZATION_OWNER");
    const QJsonObject credentials = textObject({{"email", eve.email}, {"password", eve.password}});
    const QJsonObject note = textObject({{"note", "because"}});
    const QByteArray account = "/admin/users/" + eve.userId;
    const QByteArray member = "/admin/organizations/" + eve.organizationId + "/members/" + eve.userId;
    enum Kind { Login, LogoutEverywhere, Lock, Suspend, Grant, Take, Remove, Kinds };
    constexpr int turns = 18, threads = 10; // those of the first kinds are two
    std::array<std::atomic<int>, Kinds> succeeded{};
    std::latch locked(2), suspended(1); // each kind has a turn that nothing stands in the way of, or some would do nothing

    together(threads, [&](int which) {
        const int kind = which % Kinds;
        const TestClient client = server.client(), ruling = client.as(root.accessToken), owning = client.as(fay.accessToken);
        const auto act = [&](int i) {
            TestReply reply;
            switch (kind) {
            case Login:
            case LogoutEverywhere:
                reply = client.post("/auth/login", credentials);
                if (kind == LogoutEverywhere && reply.status == 200)
                    client.as(reply.text(QLatin1String("accessToken"))).post("/auth/logout", {{QStringLiteral("allDevices"), true}});
                break;
            case Lock:
                reply = i % 2 == 0 ? ruling.post(account + "/lock", note) : ruling.post(account + "/unlock");
                break;
            case Suspend:
                reply = i % 2 == 0 ? ruling.post(account + "/suspend", note) : ruling.post(account + "/reactivate");
                break;
            case Grant:
                reply = owning.send("PUT", member + (i % 2 == 0 ? "/roles/MEMBER" : "/roles/ADMIN"));
                break;
            case Take:
                owning.send("PUT", member + "/roles/MEMBER");
                reply = owning.send("DELETE", member + "/roles/MEMBER");
                break;
            default:
                reply = owning.send("DELETE", member);
            }
            succeeded.at(static_cast<std::size_t>(kind)) += reply.status == 200 ? 1 : 0;
        };
        for (int i = 0; i < turns; ++i)
            act(i);
        if (kind == Lock)
            locked.count_down();
        if (kind == Suspend) {
            locked.wait();
            act(0);
            act(1);
            suspended.count_down();
        }
        if (kind <= LogoutEverywhere) {
            suspended.wait();
            act(0);
        }
        return 0;
    });

    for (int kind = 0; kind < Kinds; ++kind)
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
