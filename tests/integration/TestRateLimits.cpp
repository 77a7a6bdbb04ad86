#include "shared/endpoints/Endpoints.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"
#include "tests/support/Together.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

QByteArray bytes(std::string_view text)
{
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

/// Whether the endpoint takes a body.
bool takesBodyAt(const EndpointInfo &info)
{
    bool takes = false;
    endpoints::All::forEach([&]<class E>() { takes = takes || (&E::info == &info && takesBody<E>()); });
    return takes;
}

constexpr int most = 3;

const Environment few{{"RATE_LIMIT_LOGIN", "3/5m"},   {"RATE_LIMIT_SIGNUP", "3/1h"}, {"RATE_LIMIT_REFRESH", "3/5m"},
                      {"RATE_LIMIT_MFA", "3/1m"},     {"RATE_LIMIT_MAIL", "3/1h"},   {"RATE_LIMIT_SLUG_CHECK", "3/1m"},
                      {"RATE_LIMIT_ACCOUNT", "3/1m"}, {"RATE_LIMIT_CLIENT", "3/1m"}, {"TRUSTED_PROXIES", "127.0.0.1"}};

} // namespace

/// The limits by client address and by person, over HTTP.
class TestRateLimits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { m_server.reset(); }
    void refusesWhatIsTooMuch_data() { endpointRows(true); }
    void refusesWhatIsTooMuch();
    void leavesTheOthersAlone_data() { endpointRows(false); }
    void leavesTheOthersAlone();
    void tellsWhenToComeBack();
    void theDefaultsAreTheDocumentedOnes();
    void aSpoofedAddressChangesNothing_data();
    void aSpoofedAddressChangesNothing();
    void countsTheClientsOfATrustedProxyApart();
    void countsAnIpv6NetworkAsOne();
    void bothPathsAndAllSpellingsCount();
    void signupAndRegisterCountTogether();
    void countsAPersonOverAllAddresses();
    void countsRightUnderManyAtOnce();
    void aRefusedCallDoesNothing();

private:
    static void endpointRows(bool areLimited)
    {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < endpoints::All::size; ++i) {
            const EndpointInfo &info = *endpoints::All::infos[i];
            if (isLimited(*info.rateClass) == areLimited)
                QTest::newRow(bytes(*info.operationId).constData()) << static_cast<int>(i);
        }
    }
    static const EndpointInfo &endpoint()
    {
        QFETCH(int, index);
        return *endpoints::All::infos.at(static_cast<std::size_t>(index));
    }
    /// A client whose address nobody else has in this test.
    TestClient newcomer() { return from("203.0.113." + QByteArray::number(++m_addresses)); }
    TestClient from(const QByteArray &address) const { return m_server->client().with("X-Forwarded-For", address); }
    static TestReply login(const TestClient &client)
    {
        return client.post("/auth/login", textObject({{"email", "nobody@example.com"}, {"password", "Not-The-Password-1"}}));
    }

    std::unique_ptr<TestServer> m_server;
    int m_addresses = 0;
};

void TestRateLimits::initTestCase()
{
    m_server = std::make_unique<TestServer>(few);
}

void TestRateLimits::refusesWhatIsTooMuch()
{
    const EndpointInfo &info = endpoint();
    const QByteArray path = bytes(*info.path).replace("{slug}", "some-slug").replace("{id}", "0193a0f0-7c00-7abc-8def-00000000beef");
    TestClient client = newcomer();
    if (info.access.needsToken()) {
        const SignedUp person = signedUpBy(newcomer().post("/auth/signup", m_server->signupRequest()), {});
        QVERIFY(!person.accessToken.isEmpty());
        client = client.as(person.accessToken).with("Content-Type", "text/plain"); // so that nothing is done
    }
    const auto call = [&] { return client.send(bytes(methodName(*info.method)), path, takesBodyAt(info) ? "{}" : ""); };

    for (int left = most - 1; left >= 0; --left) {
        const TestReply reply = call();
        QVERIFY2(reply.status != 429, reply.described().constData());
        QVERIFY2(reply.field("RateLimit").contains(";r=" + QByteArray::number(left) + ";t="), reply.described().constData());
        QVERIFY(reply.field("RateLimit-Policy").contains(";q=3;w="));
    }
    const TestReply refused = call();

    QVERIFY_REPLY(refused, 429, "rate_limited");
    QCOMPARE(refused.field("Content-Type"), QByteArray(info.access.needsClient() ? "application/json" : "application/problem+json"));
    QVERIFY(refused.field("RateLimit").contains(";r=0;t="));
    QVERIFY(refused.field("Retry-After").toInt() > 0);
    QVERIFY2(m_server->client().get("/metrics").body.contains("aegis_rate_limited_total"), "and is counted");
}

void TestRateLimits::leavesTheOthersAlone()
{
    const EndpointInfo &info = endpoint();
    const TestClient client = newcomer();

    for (int i = 0; i < 4 * most; ++i) {
        const TestReply reply = client.send(bytes(methodName(*info.method)), bytes(*info.path));
        QVERIFY2(reply.status != 429 && reply.field("RateLimit").isNull(), reply.described().constData());
    }
}

void TestRateLimits::tellsWhenToComeBack()
{
    const TestClient client = newcomer();
    for (int i = 0; i < most; ++i)
        QVERIFY_REPLY(login(client), 401, "invalid_credentials");
    const TestReply refused = login(client);
    QVERIFY_REPLY(refused, 429, "rate_limited");
    const int wait = refused.field("Retry-After").toInt();
    QVERIFY2(wait >= 60 && wait <= 100, refused.described().constData());

    m_server->advance(std::chrono::seconds(wait));

    QVERIFY_REPLY(login(client), 401, "invalid_credentials");
    QVERIFY_REPLY(login(client), 429, "rate_limited");
}

void TestRateLimits::theDefaultsAreTheDocumentedOnes()
{
    const Settings settings = Settings::defaults();
    QCOMPARE(settings.rateLimitLogin, (Rate{.calls = 30, .window = 5min}));
    QCOMPARE(settings.rateLimitSignup, (Rate{.calls = 10, .window = 1h}));
    QCOMPARE(settings.rateLimitRefresh, (Rate{.calls = 150, .window = 5min}));
    QCOMPARE(settings.rateLimitMfa, (Rate{.calls = 15, .window = 1min}));
    QCOMPARE(settings.rateLimitMail, (Rate{.calls = 20, .window = 1h}));
    QCOMPARE(settings.rateLimitSlugCheck, (Rate{.calls = 60, .window = 1min}));
}

void TestRateLimits::aSpoofedAddressChangesNothing_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char *name : {"X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP"})
        QTest::newRow(name) << QByteArray(name);
}

void TestRateLimits::aSpoofedAddressChangesNothing()
{
    QFETCH(const QByteArray, name);
    Environment settings = few;
    settings["TRUSTED_PROXIES"] = "198.51.100.1"; // not us
    settings["RATE_LIMIT_LOGIN"] = "4/5m";
    TestServer server(settings);

    for (int i = 0; i < 4; ++i) {
        const QByteArray address = (name == "Forwarded" ? "for=" : "") + ("198.51.100." + QByteArray::number(i + 1));
        QVERIFY_REPLY(login(server.client().with(name, address)), 401, "invalid_credentials");
    }
    QVERIFY_REPLY(login(server.client().with(name, "198.51.100.99")), 429, "rate_limited");
    QVERIFY_REPLY(login(server.client()), 429, "rate_limited");
}

void TestRateLimits::countsTheClientsOfATrustedProxyApart()
{
    const TestClient one = newcomer();
    for (int i = 0; i < most; ++i)
        QVERIFY_REPLY(login(one), 401, "invalid_credentials");
    QVERIFY_REPLY(login(one), 429, "rate_limited");

    QVERIFY_REPLY(login(newcomer()), 401, "invalid_credentials");
    // What stands left of what the proxy wrote was written by the client.
    const QByteArray victim = "203.0.113." + QByteArray::number(m_addresses - 1);
    QVERIFY_REPLY(login(from("198.51.100.7, " + victim)), 429, "rate_limited");
}

void TestRateLimits::countsAnIpv6NetworkAsOne()
{
    for (int i = 0; i < most; ++i)
        QVERIFY_REPLY(login(from("2001:db8:77:1::" + QByteArray::number(i + 1))), 401, "invalid_credentials");
    QVERIFY_REPLY(login(from("2001:db8:77:1:ffff:ffff:ffff:ffff")), 429, "rate_limited");

    QVERIFY_REPLY(login(from("2001:db8:77:2::1")), 401, "invalid_credentials");
}

void TestRateLimits::bothPathsAndAllSpellingsCount()
{
    const TestClient client = newcomer();
    QVERIFY(client.get("/auth/organizations/slug-available/one").status == 200);
    QVERIFY(client.get("/v1/auth/organizations/slug-available/two").status == 200);
    QVERIFY(client.send("HEAD", "/auth/organizations/slug-available/three").status == 200);

    QVERIFY_REPLY(client.get("/v1/auth/organizations/slug-available/four"), 429, "rate_limited");
    QCOMPARE(client.send("OPTIONS", "/auth/organizations/slug-available/four").status, 204);
}

void TestRateLimits::signupAndRegisterCountTogether()
{
    const TestClient client = newcomer();
    QVERIFY_REPLY(client.post("/auth/signup", {}), 422, "validation_failed");
    QVERIFY_REPLY(client.post("/auth/register", {}), 422, "validation_failed");
    QVERIFY_REPLY(client.post("/auth/register", {}), 422, "validation_failed");

    QVERIFY_REPLY(client.post("/auth/signup", m_server->signupRequest()), 429, "rate_limited");
    QVERIFY_REPLY(login(client), 401, "invalid_credentials"); // each class has its own
}

void TestRateLimits::countsAPersonOverAllAddresses()
{
    const SignedUp ada = signedUpBy(newcomer().post("/auth/signup", m_server->signupRequest()), {});
    const SignedUp bob = signedUpBy(newcomer().post("/auth/signup", m_server->signupRequest()), {});
    for (int i = 0; i < most; ++i)
        QVERIFY_REPLY(newcomer().as(ada.accessToken).get("/auth/me"), 200, "");

    QVERIFY_REPLY(newcomer().as(ada.accessToken).get("/auth/me"), 429, "rate_limited");
    QVERIFY_REPLY(newcomer().as(bob.accessToken).get("/auth/me"), 200, "");
    QCOMPARE(newcomer().as(ada.accessToken).get("/auth/verify").status, 204); // others' services ask it at each request
    QVERIFY_REPLY(newcomer().as("no-token").get("/auth/me"), 401, "invalid_token");
}

void TestRateLimits::countsRightUnderManyAtOnce()
{
    const TestClient client = newcomer();

    const auto replies = together(40, [&](int) { return client.get("/auth/organizations/slug-available/some-slug").status; });

    QCOMPARE(std::count(replies.begin(), replies.end(), 200), most);
    QCOMPARE(std::count(replies.begin(), replies.end(), 429), 40 - most);
}

void TestRateLimits::aRefusedCallDoesNothing()
{
    const TestClient client = newcomer();
    for (int i = 0; i < most; ++i)
        QVERIFY_REPLY(client.post("/auth/register", {}), 422, "validation_failed");
    const QByteArray before = m_server->rowCounts();

    QVERIFY_REPLY(client.post("/auth/signup", m_server->signupRequest()), 429, "rate_limited");

    QCOMPARE(m_server->rowCounts(), before);
}

AEGIS_TEST(TestRateLimits)
#include "TestRateLimits.moc"
