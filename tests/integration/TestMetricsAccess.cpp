#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

using namespace aegis;
using namespace aegis::test;

/// Who may read /metrics, over real HTTP, with and without a proxy before the server.
class TestMetricsAccess : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void onlyThoseMayReadWhoAreAllowed_data();
    void onlyThoseMayReadWhoAreAllowed();

private:
    std::map<QByteArray, std::unique_ptr<TestServer>> m_servers; ///< by their settings in words
};

void TestMetricsAccess::initTestCase()
{
    auto first = std::make_unique<TestServer>();
    m_servers["trusting"] = first->another({{"TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8"}});
    m_servers["trusting, public"] = first->another({{"TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8"}, {"METRICS_ACCESS", "public"}});
    m_servers["public"] = first->another({{"METRICS_ACCESS", "public"}});
    m_servers["plain"] = std::move(first);
}

void TestMetricsAccess::cleanupTestCase()
{
    m_servers.clear();
}

void TestMetricsAccess::onlyThoseMayReadWhoAreAllowed_data()
{
    QTest::addColumn<QByteArray>("server");
    QTest::addColumn<QByteArray>("forwardedFor");
    QTest::addColumn<int>("status");

    QTest::newRow("somebody on this machine") << QByteArray("plain") << QByteArray() << 200;
    QTest::newRow("anybody, through a proxy that nobody has named") << QByteArray("plain") << QByteArray("203.0.113.9") << 404;
    QTest::newRow("the proxy itself") << QByteArray("trusting") << QByteArray() << 200;
    QTest::newRow("anybody, through the proxy") << QByteArray("trusting") << QByteArray("203.0.113.9") << 404;
    QTest::newRow("who says that it is local") << QByteArray("trusting") << QByteArray("127.0.0.1, 203.0.113.9") << 404;
    QTest::newRow("who says so to a proxy that adds nothing") << QByteArray("trusting") << QByteArray("127.0.0.1") << 404;
    QTest::newRow("who says so in IPv6") << QByteArray("trusting") << QByteArray("::1") << 404;
    QTest::newRow("through two proxies") << QByteArray("trusting") << QByteArray("203.0.113.9, 10.1.2.3") << 404;
    QTest::newRow("through a chain of proxies alone") << QByteArray("trusting") << QByteArray("10.1.2.3") << 404;
    QTest::newRow("who sends what is no address") << QByteArray("trusting") << QByteArray("unknown") << 404;
    QTest::newRow("all may") << QByteArray("public") << QByteArray("203.0.113.9") << 200;
    QTest::newRow("all may, through the proxy") << QByteArray("trusting, public") << QByteArray("203.0.113.9") << 200;
}

void TestMetricsAccess::onlyThoseMayReadWhoAreAllowed()
{
    QFETCH(const QByteArray, server);
    QFETCH(const QByteArray, forwardedFor);
    QFETCH(const int, status);
    const TestClient plain = m_servers.at(server)->client();

    const TestReply reply = (forwardedFor.isEmpty() ? plain : plain.with("X-Forwarded-For", forwardedFor)).get("/metrics");

    QVERIFY_REPLY(reply, status, status == 404 ? "not_found" : "");
    QCOMPARE(reply.body.contains("aegis_build_info"), status == 200);
}

AEGIS_TEST(TestMetricsAccess)
#include "TestMetricsAccess.moc"
