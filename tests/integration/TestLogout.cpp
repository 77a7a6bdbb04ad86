#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

using namespace aegis;
using namespace aegis::test;

class TestLogout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(); }
    void cleanupTestCase() { m_server.reset(); }
    void endsAccessAndRefreshAtOnce();

private:
    std::unique_ptr<TestServer> m_server;
};

void TestLogout::endsAccessAndRefreshAtOnce()
{
    const SignedUp ada = m_server->signUp();
    const TestClient client = m_server->client().as(ada.accessToken);

    const TestReply reply = client.post("/auth/logout");

    QCOMPARE(reply.status, 204);
    QCOMPARE(reply.body, QByteArray());
    const TestReply me = client.get("/auth/me");
    QCOMPARE(me.status, 401);
    QCOMPARE(me.code(), QByteArray("invalid_token"));
}

AEGIS_TEST(TestLogout)
#include "TestLogout.moc"
