#include "shared/endpoints/Endpoints.h"
#include "tests/integration/Browser.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

namespace {

QByteArray bytes(std::string_view text)
{
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

/// What other pages try with somebody's cookies.
class TestCookieForgery : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"CORS_ORIGINS", page}}); }
    void cleanupTestCase() { m_server.reset(); }
    void readsNeedNoOrigin();
    void aProxyAsksWhetherTheCallWasMeant_data();
    void aProxyAsksWhetherTheCallWasMeant();
    void writesNeedAnOriginThatMayCall_data();
    void writesNeedAnOriginThatMayCall();
    void writesNeedTheTokenOfTheSession_data();
    void writesNeedTheTokenOfTheSession();
    void everyWriteIsHeldToIt_data();
    void everyWriteIsHeldToIt();
    void theRefreshCookieIsHeldToIt_data();
    void theRefreshCookieIsHeldToIt();
    void theRefreshCookieAloneRefreshesNothing();
    void authorizationWinsOverTheCookie();
    void aTossedCookieIsRefused();
    void theCookieOfAnEndedSessionIsRefused();
    void noOtherPageLogsItsReaderIn();
    void ownOriginCounts();

private:
    TestClient asking(const QByteArray &origin = page) const { return Browser::asking(*m_server, origin); }
    Browser logIn(const SignedUp &person, const QByteArray &path = "/auth/login") const { return Browser::logIn(*m_server, person, path); }

    std::unique_ptr<TestServer> m_server;
};

void TestCookieForgery::readsNeedNoOrigin()
{
    const Browser browser = logIn(m_server->signUp());

    QVERIFY_REPLY(browser.jar.client(*m_server, "/auth/me").get("/auth/me"), 200, "");
    QVERIFY_REPLY(browser.jar.client(*m_server, "/auth/sessions").get("/auth/sessions"), 200, "");
    // A page that may not call gets the answer without the leave to read it.
    QVERIFY(browser.jar.client(*m_server, "/auth/me")
                .with("Origin", "https://evil.example")
                .get("/auth/me")
                .field("Access-Control-Allow-Origin")
                .isNull());
}

void TestCookieForgery::aProxyAsksWhetherTheCallWasMeant_data()
{
    QTest::addColumn<TestHeaders>("fields");
    QTest::addColumn<bool>("passes");
    const auto row = [](const char *name, const TestHeaders &fields, bool passes) { QTest::newRow(name) << fields << passes; };
    const auto said = [](const char *method) { return std::pair<QByteArray, QByteArray>("X-Forwarded-Method", method); };
    const std::pair<QByteArray, QByteArray> ours("Origin", page), others("Origin", "https://evil.example");
    row("a proxy that says nothing", {}, false);
    row("reading", {said("GET")}, true);
    row("the head", {said("HEAD")}, true);
    row("a preflight", {said("OPTIONS")}, true);
    row("reading, by the other field", {{"X-Original-Method", "GET"}}, true);
    row("a form of nobody knows where", {said("POST")}, false);
    row("a form of another page", {said("POST"), others}, false);
    row("a form of a sandboxed frame", {said("POST"), {"Origin", "null"}}, false);
    row("a form of a page that may", {said("POST"), ours}, true);
    row("a page that may, of which the proxy says nothing", {ours}, true);
    row("another page, of which the proxy says nothing", {others}, false);
    row("a WebSocket of another page", {said("GET"), others}, false);
    row("a WebSocket of a page that may", {said("GET"), ours}, true);
    row("a client that says something else", {{"X-Original-Method", "POST"}, said("GET")}, false);
    row("a client that says something else before", {said("GET"), said("POST")}, false);
    row("a method that is none", {said("get")}, false);
    row("nothing in it", {said("")}, false);
    row("a list", {said("GET, POST")}, false);
    row("two origins", {said("GET"), ours, others}, false);
}

// What the app behind it does with a request, nobody knows here: a page of a sibling host could send it a form.
void TestCookieForgery::aProxyAsksWhetherTheCallWasMeant()
{
    QFETCH(TestHeaders, fields);
    QFETCH(bool, passes);
    const Browser browser = logIn(m_server->signUp());
    TestClient asking = m_server->client();
    for (const auto &[name, value] : fields)
        asking = asking.with(name, value);
    const auto verified = [&](const TestClient &client) { return client.get("/auth/verify"); };

    const TestReply byCookie = verified(asking.with("Cookie", browser.jar.fieldFor("/auth/verify")));

    QVERIFY_REPLY(byCookie, passes ? 204 : 403, passes ? "" : "origin_not_allowed");
    QCOMPARE(byCookie.field("X-Auth-Subject"), passes ? browser.person.userId : QByteArray());
    // Nobody adds Authorization unasked.
    QVERIFY_REPLY(verified(asking.as(browser.jar.at(accessCookie).value)), 204, "");
}

void TestCookieForgery::writesNeedAnOriginThatMayCall_data()
{
    QTest::addColumn<QByteArrayList>("origins");
    QTest::newRow("none") << QByteArrayList{};
    QTest::newRow("another site") << QByteArrayList{"https://evil.example"};
    QTest::newRow("a name that begins the same") << QByteArrayList{page + ".evil.example"};
    QTest::newRow("another scheme") << QByteArrayList{"http://app.example.com"};
    QTest::newRow("another port") << QByteArrayList{page + ":8443"};
    QTest::newRow("a sandboxed frame") << QByteArrayList{"null"};
    QTest::newRow("nothing in it") << QByteArrayList{""};
    QTest::newRow("two") << QByteArrayList{page, "https://evil.example"};
}

void TestCookieForgery::writesNeedAnOriginThatMayCall()
{
    QFETCH(QByteArrayList, origins);
    const Browser browser = logIn(m_server->signUp());
    TestClient client = browser.jar.client(*m_server, "/auth/logout").with("X-CSRF-Token", browser.csrfToken);
    for (const QByteArray &origin : origins)
        client = client.with("Origin", origin);
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = client.post("/auth/logout");

    QVERIFY_REPLY(reply, 403, "origin_not_allowed");
    QVERIFY(reply.field("Set-Cookie").isNull());
    QCOMPARE(m_server->rowCounts(), before);
    QVERIFY_REPLY(m_server->client().as(browser.jar.at(accessCookie).value).get("/auth/verify"), 204, "");
}

void TestCookieForgery::writesNeedTheTokenOfTheSession_data()
{
    QTest::addColumn<QByteArray>("what");
    for (const char *what : {"no field", "an empty field", "garbage", "another session's", "another session's in both places", "no cookie", "twice"})
        QTest::newRow(what) << QByteArray(what);
}

void TestCookieForgery::writesNeedTheTokenOfTheSession()
{
    QFETCH(QByteArray, what);
    Browser browser = logIn(m_server->signUp());
    const Browser other = logIn(m_server->signUp()); // the attacker's own
    QByteArray field = browser.csrfToken;
    if (what == "an empty field")
        field = "";
    else if (what == "garbage")
        field = "garbage";
    else if (what.startsWith("another session's"))
        field = other.csrfToken;
    if (what == "another session's in both places")
        browser.jar.set(csrfCookie, other.csrfToken);
    QByteArray cookies = browser.jar.fieldFor("/auth/logout");
    if (what == "no cookie")
        cookies = accessCookie + '=' + browser.jar.at(accessCookie).value;
    TestClient client = m_server->client().with("Cookie", cookies).with("Origin", page);
    if (what != "no field")
        client = client.with("X-CSRF-Token", field);
    if (what == "twice")
        client = client.with("X-CSRF-Token", field);

    QVERIFY_REPLY(client.post("/auth/logout"), 403, "csrf_token_invalid");

    QVERIFY_REPLY(m_server->client().as(browser.jar.at(accessCookie).value).get("/auth/verify"), 204, "");
}

void TestCookieForgery::everyWriteIsHeldToIt_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < endpoints::All::size; ++i) {
        const EndpointInfo &info = *endpoints::All::infos[i];
        if (info.access.needsToken() && *info.method != Method::Get)
            QTest::newRow(bytes(*info.operationId).constData()) << static_cast<int>(i);
    }
}

// A new endpoint is covered unasked.
void TestCookieForgery::everyWriteIsHeldToIt()
{
    QFETCH(int, index);
    const EndpointInfo &info = *endpoints::All::infos.at(static_cast<std::size_t>(index));
    const Browser browser = logIn(m_server->signUp());
    const QByteArray path = bytes(*info.path).replace("{id}", browser.person.sessionId);
    const QByteArray before = m_server->rowCounts();
    const TestClient client = browser.jar.client(*m_server, path);

    QVERIFY_REPLY(client.send(bytes(methodName(*info.method)), path), 403, "origin_not_allowed");
    QVERIFY_REPLY(client.with("Origin", "https://evil.example").with("X-CSRF-Token", browser.csrfToken).send(bytes(methodName(*info.method)), path),
                  403, "origin_not_allowed");
    QVERIFY_REPLY(client.with("Origin", page).send(bytes(methodName(*info.method)), path), 403, "csrf_token_invalid");

    QCOMPARE(m_server->rowCounts(), before);
    QVERIFY_REPLY(m_server->client().as(browser.jar.at(accessCookie).value).get("/auth/verify"), 204, "");
}

void TestCookieForgery::theRefreshCookieIsHeldToIt_data()
{
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<bool>("withToken");
    QTest::addColumn<QByteArray>("code");
    QTest::newRow("no origin") << QByteArray() << true << QByteArray("origin_not_allowed");
    QTest::newRow("another origin") << QByteArray("https://evil.example") << true << QByteArray("origin_not_allowed");
    QTest::newRow("no CSRF token") << page << false << QByteArray("csrf_token_invalid");
}

void TestCookieForgery::theRefreshCookieIsHeldToIt()
{
    QFETCH(QByteArray, origin);
    QFETCH(bool, withToken);
    QFETCH(QByteArray, code);
    const Browser browser = logIn(m_server->signUp());
    TestClient client = browser.jar.client(*m_server, "/auth/refresh").with("X-Token-Delivery", "cookie");
    if (!origin.isEmpty())
        client = client.with("Origin", origin);
    if (withToken)
        client = client.with("X-CSRF-Token", browser.csrfToken);

    QVERIFY_REPLY(client.post("/auth/refresh"), 403, code);

    QCOMPARE(m_server->value<int>("select generation from aegis.refresh_token where session_id = $1::uuid", Text{browser.person.sessionId}), 1);
}

// A form can send the cookie; it cannot send the field.
void TestCookieForgery::theRefreshCookieAloneRefreshesNothing()
{
    const Browser browser = logIn(m_server->signUp());

    QVERIFY_REPLY(browser.client(*m_server, "/auth/refresh").post("/auth/refresh"), 422, "validation_failed");

    QCOMPARE(m_server->value<int>("select generation from aegis.refresh_token where session_id = $1::uuid", Text{browser.person.sessionId}), 1);
}

void TestCookieForgery::authorizationWinsOverTheCookie()
{
    const Browser browser = logIn(m_server->signUp());
    const SignedUp bob = m_server->signUp();
    const TestClient both = browser.jar.client(*m_server, "/auth/me").as(bob.accessToken);

    QCOMPARE(both.get("/auth/verify").field("X-Auth-Subject"), bob.userId);
    // What is there and wrong is wrong: the cookie does not help.
    QVERIFY_REPLY(browser.jar.client(*m_server, "/auth/me").as("garbage").get("/auth/me"), 401, "invalid_token");
    QVERIFY_REPLY(browser.jar.client(*m_server, "/auth/me").with("Authorization", "Basic YTpi").get("/auth/me"), 401, "unauthenticated");
    QVERIFY_REPLY(both.post("/auth/logout"), 204, ""); // no cookie has authenticated it
    QVERIFY_REPLY(m_server->client().as(bob.accessToken).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().as(browser.jar.at(accessCookie).value).get("/auth/verify"), 204, "");
}

// Another host of the same site plants a cookie of the same name, for all hosts of the site.
void TestCookieForgery::aTossedCookieIsRefused()
{
    const Browser victim = logIn(m_server->signUp());
    const Browser attacker = logIn(m_server->signUp());
    const auto planted = [&](const QByteArray &name) { return name + '=' + attacker.jar.at(name).value; };
    const auto writing = [&](const QByteArray &cookies) {
        return m_server->client().with("Cookie", cookies).with("Origin", page).with("X-CSRF-Token", victim.csrfToken);
    };
    const QByteArray own = victim.jar.fieldFor("/auth/refresh");
    for (const QByteArray &cookies : {planted(accessCookie) + "; " + own, own + ';' + planted(accessCookie)})
        QVERIFY_REPLY(m_server->client().with("Cookie", cookies).get("/auth/me"), 400, "malformed_request");
    QVERIFY_REPLY(victim.jar.client(*m_server, "/auth/me").with("Cookie", planted(accessCookie)).get("/auth/me"), 400, "malformed_request");
    for (const QByteArray &cookies : {planted(csrfCookie) + "; " + own, own + ';' + planted(csrfCookie)})
        QVERIFY_REPLY(writing(cookies).post("/auth/logout"), 400, "malformed_request");
    for (const QByteArray &cookies : {planted(refreshCookie) + "; " + own, own + ';' + planted(refreshCookie)})
        QVERIFY_REPLY(writing(cookies).with("X-Token-Delivery", "cookie").post("/auth/refresh"), 400, "malformed_request");
    // It does no harm where the cookie does not count: the person can still log in, and ask with a token.
    const QByteArray all = own + "; " + planted(accessCookie) + "; " + planted(csrfCookie) + "; " + planted(refreshCookie);
    QVERIFY_REPLY(m_server->client()
                      .with("Cookie", all)
                      .post("/auth/login", textObject({{"email", victim.person.email}, {"password", victim.person.password}})),
                  200, "");
    QVERIFY_REPLY(m_server->client().with("Cookie", all).as(victim.jar.at(accessCookie).value).get("/auth/me"), 200, "");
    // Its own cookie instead of the victim's: a write needs the CSRF token that belongs to it, which the victim's page does not have.
    CookieJar tossed = victim.jar;
    tossed.set(accessCookie, attacker.jar.at(accessCookie).value);
    QVERIFY_REPLY(tossed.client(*m_server, "/auth/logout").with("Origin", page).with("X-CSRF-Token", victim.csrfToken).post("/auth/logout"), 403,
                  "csrf_token_invalid");
}

void TestCookieForgery::theCookieOfAnEndedSessionIsRefused()
{
    const Browser browser = logIn(m_server->signUp());
    QVERIFY_REPLY(browser.client(*m_server, "/auth/logout").post("/auth/logout"), 204, "");

    QVERIFY_REPLY(browser.client(*m_server, "/auth/me").get("/auth/me"), 401, "invalid_token");
    QVERIFY_REPLY(browser.client(*m_server, "/auth/refresh").with("X-Token-Delivery", "cookie").post("/auth/refresh"), 401, "invalid_refresh_token");
    QVERIFY_REPLY(m_server->client().with("Cookie", accessCookie + "=gar bage").get("/auth/me"), 401, "invalid_token");
    QVERIFY_REPLY(
        m_server->client().with("Cookie", refreshCookie + "=garbage").with("X-Token-Delivery", "cookie").with("Origin", page).post("/auth/refresh"),
        401, "invalid_refresh_token");
}

// Else a page could make its reader use the account of its author.
void TestCookieForgery::noOtherPageLogsItsReaderIn()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = asking("https://evil.example").post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}}));

    QVERIFY_REPLY(reply, 403, "origin_not_allowed");
    QVERIFY(reply.field("Set-Cookie").isNull());
    QCOMPARE(m_server->rowCounts(), before);
}

void TestCookieForgery::ownOriginCounts()
{
    const Browser browser = logIn(m_server->signUp());
    const TestClient client = browser.jar.client(*m_server, "/auth/logout").with("X-CSRF-Token", browser.csrfToken);
    const QByteArray host = "localhost"; // what the client says in Host

    QVERIFY_REPLY(client.with("Origin", "https://" + host).post("/auth/logout"), 403, "origin_not_allowed"); // it speaks plain HTTP
    QVERIFY_REPLY(client.with("Origin", "http://" + host).post("/auth/logout"), 204, "");
}

AEGIS_TEST(TestCookieForgery)
#include "TestCookieForgery.moc"
