#include "shared/endpoints/Endpoints.h"
#include "tests/integration/CookieJar.h"
#include "tests/integration/SecondFactors.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

const QByteArray accessCookie = "__Host-aegis-access";
const QByteArray refreshCookie = "__Secure-aegis-refresh";
const QByteArray csrfCookie = "__Host-aegis-csrf";
const QByteArray page = "https://app.example.com";

QByteArray bytes(std::string_view text)
{
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

/// Tokens in cookies, and what others try with them.
class TestCookies : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"CORS_ORIGINS", page}}); }
    void cleanupTestCase() { m_server.reset(); }
    void everyCallThatGivesTokensSetsThem_data();
    void everyCallThatGivesTokensSetsThem();
    void aClientThatDoesNotAskGetsNone();
    void aClientThatUsesThem();
    void refreshesUnderTheAddressThatItLoggedInAt();
    void logoutClearsThem();
    void endingTheOwnSessionClearsThem();
    void logoutByAuthorizationLeavesAnotherSessionsAlone();
    void aDeadRefreshCookieIsCleared_data();
    void aDeadRefreshCookieIsCleared();
    void aDeadTokenInTheBodyClearsNoCookie();
    void aPageThatWasLoadedAgainIsToldTheCsrfToken();
    void aRefusedWriteTellsTheCsrfToken();
    void nobodyElseIsToldTheCsrfToken();
    void reauthenticatingSetsTheAccessCookieAlone();
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
    void wantsAKnownWordForTheDelivery();
    void preflightAllowsTheFields();
    void noScriptSeesATokenInThePage();

private:
    struct Browser {
        SignedUp person;
        CookieJar jar;
        QByteArray csrfToken;

        TestClient client(const TestServer &server, const QByteArray &path) const
        {
            return jar.client(server, path).with("Origin", page).with("X-CSRF-Token", csrfToken);
        }
    };
    TestClient asking(const QByteArray &origin = page) const { return m_server->client().with("X-Token-Delivery", "cookie").with("Origin", origin); }
    Browser logIn(const SignedUp &person, const QByteArray &path = "/auth/login") const
    {
        const TestReply reply = asking().post(path, textObject({{"email", person.email}, {"password", person.password}}));
        if (reply.status != 200)
            qFatal("%s", reply.described().constData());
        Browser browser{.person = person, .jar = {}, .csrfToken = reply.field("X-CSRF-Token")};
        browser.person.sessionId = reply.text(QLatin1String("sessionId"));
        browser.jar.take(reply);
        return browser;
    }

    std::unique_ptr<TestServer> m_server;
};

void TestCookies::everyCallThatGivesTokensSetsThem_data()
{
    QTest::addColumn<QByteArray>("path");
    for (const char *path : {"/auth/signup", "/auth/register", "/auth/login", "/auth/mfa/challenge", "/auth/refresh"})
        QTest::newRow(path) << QByteArray(path);
}

void TestCookies::everyCallThatGivesTokensSetsThem()
{
    QFETCH(QByteArray, path);
    QJsonObject body = m_server->signupRequest();
    TestClient client = asking();
    if (path == "/auth/register") {
        body.remove(QStringLiteral("organizationName"));
        body.remove(QStringLiteral("organizationSlug"));
    } else if (path == "/auth/login" || path == "/auth/refresh") {
        const SignedUp ada = m_server->signUp();
        body = textObject({{"email", ada.email}, {"password", ada.password}});
        if (path == "/auth/refresh") {
            const Browser browser = logIn(ada);
            client = browser.client(*m_server, path).with("X-Token-Delivery", "cookie");
            body = {};
        }
    } else if (path == "/auth/mfa/challenge") {
        const Enrolled ada = enrol(*m_server, m_server->signUp());
        const TestReply half = asking().post("/auth/login", textObject({{"email", ada.person.email}, {"password", ada.person.password}}));
        QVERIFY_REPLY(half, 200, "");
        QVERIFY(half.field("Set-Cookie").isNull()); // there are no tokens yet
        body = textObject({{"mfaToken", half.text(QLatin1String("mfaToken"))}, {"backupCode", ada.backupCodes[0]}});
    }

    const TestReply reply = body.isEmpty() ? client.post(path) : client.post(path, body);

    QVERIFY2(reply.status == 200 || reply.status == 201, reply.described().constData());
    QVERIFY(!reply.json().contains(QLatin1String("accessToken")));
    QVERIFY(!reply.json().contains(QLatin1String("refreshToken")));
    QVERIFY(reply.json()[QLatin1String("expiresIn")].toInt() > 0);
    CookieJar jar;
    jar.take(reply);
    QCOMPARE(jar.size(), 3);
    QCOMPARE(jar.at(accessCookie).attributes, (QByteArrayList{"max-age=900", "secure", "samesite=strict", "httponly"}));
    QCOMPARE(jar.at(accessCookie).path, QByteArray("/"));
    QCOMPARE(jar.at(refreshCookie).attributes, (QByteArrayList{"max-age=604800", "secure", "samesite=strict", "httponly"}));
    QCOMPARE(jar.at(refreshCookie).path, QByteArray("/auth/refresh"));
    QCOMPARE(jar.at(csrfCookie).attributes, (QByteArrayList{"max-age=604800", "secure", "samesite=strict"}));
    QCOMPARE(jar.at(csrfCookie).value, reply.field("X-CSRF-Token"));
    QCOMPARE(reply.field("Cache-Control"), QByteArray("no-store"));
    QVERIFY_REPLY(m_server->client().as(jar.at(accessCookie).value).get("/auth/me"), 200, "");
}

void TestCookies::aClientThatDoesNotAskGetsNone()
{
    const SignedUp ada = m_server->signUp();

    for (const TestClient &client : {m_server->client(), m_server->client().with("X-Token-Delivery", "body")}) {
        const TestReply reply = client.post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}}));

        QVERIFY_REPLY(reply, 200, "");
        QVERIFY(reply.json().contains(QLatin1String("accessToken")));
        QVERIFY(reply.field("Set-Cookie").isNull());
        QVERIFY(reply.field("X-CSRF-Token").isNull());
    }
}

void TestCookies::aClientThatUsesThem()
{
    Browser browser = logIn(m_server->signUp());

    const TestReply me = browser.client(*m_server, "/auth/me").get("/auth/me");
    QVERIFY_REPLY(me, 200, "");
    QCOMPARE(me.json()[QLatin1String("session")][QLatin1String("id")].toString().toLatin1(), browser.person.sessionId);

    const QByteArray before = browser.jar.at(refreshCookie).value;
    const TestReply refreshed = browser.client(*m_server, "/auth/refresh").with("X-Token-Delivery", "cookie").post("/auth/refresh");
    QVERIFY_REPLY(refreshed, 200, "");
    browser.jar.take(refreshed);
    QVERIFY(browser.jar.at(refreshCookie).value != before);
    QCOMPARE(browser.jar.at(csrfCookie).value, browser.csrfToken); // the session's, for as long as it lives
    QVERIFY_REPLY(browser.client(*m_server, "/auth/verify").get("/auth/verify"), 204, "");
    QVERIFY_REPLY(browser.client(*m_server, "/auth/mfa/enable").post("/auth/mfa/enable"), 200, "");
}

void TestCookies::refreshesUnderTheAddressThatItLoggedInAt()
{
    const SignedUp ada = m_server->signUp();
    const Browser browser = logIn(ada, "/v1/auth/login");

    QCOMPARE(browser.jar.at(refreshCookie).path, QByteArray("/v1/auth/refresh"));
    QVERIFY(!browser.jar.fieldFor("/auth/me").contains(refreshCookie));
    QVERIFY_REPLY(browser.client(*m_server, "/v1/auth/refresh").with("X-Token-Delivery", "cookie").post("/v1/auth/refresh"), 200, "");
}

void TestCookies::logoutClearsThem()
{
    Browser browser = logIn(m_server->signUp());
    const QByteArray token = browser.jar.at(accessCookie).value;

    const TestReply reply = browser.client(*m_server, "/auth/logout").post("/auth/logout");

    QVERIFY_REPLY(reply, 204, "");
    browser.jar.take(reply);
    QCOMPARE(browser.jar.size(), 0);
    QCOMPARE(reply.head.count("Path=/auth/refresh; Max-Age=0"), 1);
    QCOMPARE(reply.head.count("Path=/v1/auth/refresh; Max-Age=0"), 1);
    QVERIFY_REPLY(m_server->client().as(token).get("/auth/verify"), 401, "invalid_token");
    const SignedUp bob = m_server->signUp();
    QVERIFY(m_server->client().as(bob.accessToken).post("/auth/logout").field("Set-Cookie").isNull()); // who has none
}

void TestCookies::endingTheOwnSessionClearsThem()
{
    Browser browser = logIn(m_server->signUp());
    const SignedUp elsewhere = m_server->logIn(browser.person);
    const auto end = [&](const QByteArray &session) {
        const QByteArray path = "/auth/sessions/" + session;
        return browser.client(*m_server, path).send("DELETE", path);
    };

    const TestReply other = end(elsewhere.sessionId);
    const TestReply own = end(browser.person.sessionId);

    QVERIFY_REPLY(other, 204, "");
    QVERIFY(other.field("Set-Cookie").isNull());
    QVERIFY_REPLY(own, 204, "");
    browser.jar.take(own);
    QCOMPARE(browser.jar.size(), 0);
}

// An app that has a token of its own, in a browser that is logged in as somebody else.
void TestCookies::logoutByAuthorizationLeavesAnotherSessionsAlone()
{
    const Browser browser = logIn(m_server->signUp());
    const SignedUp bob = m_server->signUp();

    const TestReply reply = browser.client(*m_server, "/auth/logout").as(bob.accessToken).with("X-Token-Delivery", "cookie").post("/auth/logout");

    QVERIFY_REPLY(reply, 204, "");
    QVERIFY2(reply.field("Set-Cookie").isNull(), reply.described().constData());
    QVERIFY_REPLY(m_server->client().as(bob.accessToken).get("/auth/verify"), 401, "invalid_token");
    QVERIFY_REPLY(browser.jar.client(*m_server, "/auth/me").get("/auth/me"), 200, "");
}

void TestCookies::aDeadRefreshCookieIsCleared_data()
{
    QTest::addColumn<QByteArray>("death");
    QTest::addColumn<QByteArray>("code");
    QTest::newRow("the session has ended") << QByteArray("ended") << QByteArray("invalid_refresh_token");
    QTest::newRow("somebody else has used it") << QByteArray("reused") << QByteArray("refresh_token_reused");
    QTest::newRow("none of ours") << QByteArray("garbage") << QByteArray("invalid_refresh_token");
}

void TestCookies::aDeadRefreshCookieIsCleared()
{
    QFETCH(QByteArray, death);
    QFETCH(QByteArray, code);
    Browser browser = logIn(m_server->signUp());
    const auto refresh = [&] { return browser.client(*m_server, "/auth/refresh").with("X-Token-Delivery", "cookie").post("/auth/refresh"); };
    if (death == "ended") {
        QVERIFY_REPLY(browser.client(*m_server, "/auth/logout").post("/auth/logout"), 204, "");
    } else if (death == "reused") {
        QVERIFY_REPLY(refresh(), 200, "");
        m_server->advance(11s);
    } else {
        browser.jar.set(refreshCookie, "garbage");
    }

    const TestReply reply = refresh();

    QVERIFY_REPLY(reply, 401, code);
    browser.jar.take(reply);
    QCOMPARE(browser.jar.size(), 0);
}

void TestCookies::aDeadTokenInTheBodyClearsNoCookie()
{
    Browser browser = logIn(m_server->signUp());
    const SignedUp bob = m_server->signUp();
    QVERIFY_REPLY(m_server->client().as(bob.accessToken).post("/auth/logout"), 204, "");
    const TestClient client = browser.client(*m_server, "/auth/refresh").with("X-Token-Delivery", "cookie");

    const TestReply dead = client.post("/auth/refresh", textObject({{"refreshToken", bob.refreshToken}}));
    QVERIFY_REPLY(dead, 401, "invalid_refresh_token");
    QVERIFY2(dead.field("Set-Cookie").isNull(), dead.described().constData());
    const TestReply refused = browser.jar.client(*m_server, "/auth/refresh").with("X-Token-Delivery", "cookie").post("/auth/refresh");
    QVERIFY_REPLY(refused, 403, "origin_not_allowed"); // nor does a page that may not refresh
    QVERIFY(refused.field("Set-Cookie").isNull());

    QVERIFY_REPLY(client.post("/auth/refresh"), 200, "");
}

// It cannot read the cookie when it is a page of another host.
void TestCookies::aPageThatWasLoadedAgainIsToldTheCsrfToken()
{
    const Browser browser = logIn(m_server->signUp());
    const TestClient loaded = browser.jar.client(*m_server, "/auth/me").with("Origin", page);

    const TestReply me = loaded.get("/auth/me");

    QVERIFY_REPLY(me, 200, "");
    QCOMPARE(me.field("X-CSRF-Token"), browser.csrfToken);
    QVERIFY(me.field("Access-Control-Expose-Headers").contains("X-CSRF-Token"));
    QVERIFY_REPLY(loaded.with("X-CSRF-Token", me.field("X-CSRF-Token")).post("/auth/logout"), 204, "");
    const SignedUp bob = m_server->signUp();
    QVERIFY(browser.jar.client(*m_server, "/auth/me").as(bob.accessToken).get("/auth/me").field("X-CSRF-Token").isNull());
}

// Also when its access token has expired meanwhile, and nothing but a refresh is left.
void TestCookies::aRefusedWriteTellsTheCsrfToken()
{
    const Browser browser = logIn(m_server->signUp());
    m_server->advance(16min);
    const TestClient loaded = browser.jar.client(*m_server, "/auth/refresh").with("Origin", page).with("X-Token-Delivery", "cookie");

    const TestReply refused = loaded.post("/auth/refresh");

    QVERIFY_REPLY(refused, 403, "csrf_token_invalid");
    QCOMPARE(refused.field("X-CSRF-Token"), browser.csrfToken);
    QCOMPARE(refused.field("Access-Control-Allow-Origin"), page); // who may not read it is not told this
    QVERIFY_REPLY(loaded.with("X-CSRF-Token", refused.field("X-CSRF-Token")).post("/auth/refresh"), 200, "");
}

void TestCookies::nobodyElseIsToldTheCsrfToken()
{
    const Browser browser = logIn(m_server->signUp());
    const Browser attacker = logIn(m_server->signUp());

    const TestReply elsewhere = browser.jar.client(*m_server, "/auth/logout").with("Origin", "https://evil.example").post("/auth/logout");
    QVERIFY_REPLY(elsewhere, 403, "origin_not_allowed");
    QVERIFY(elsewhere.field("X-CSRF-Token").isNull());
    const TestReply read = browser.jar.client(*m_server, "/auth/me").with("Origin", "https://evil.example").get("/auth/me");
    QVERIFY(read.field("Access-Control-Allow-Origin").isNull() && read.field("Access-Control-Expose-Headers").isNull());
    // A refresh cookie that another host has planted, beside the CSRF cookie of the victim: its page is not made to use the planted session.
    CookieJar tossed = browser.jar;
    tossed.set(refreshCookie, attacker.jar.at(refreshCookie).value);
    const TestReply planted = tossed.client(*m_server, "/auth/refresh").with("Origin", page).with("X-Token-Delivery", "cookie").post("/auth/refresh");
    QVERIFY_REPLY(planted, 403, "csrf_token_invalid");
    QVERIFY(planted.field("X-CSRF-Token").isNull());
}

void TestCookies::reauthenticatingSetsTheAccessCookieAlone()
{
    Browser browser = logIn(m_server->signUp());

    const TestReply reply = browser.client(*m_server, "/auth/reauthenticate")
                                .with("X-Token-Delivery", "cookie")
                                .post("/auth/reauthenticate", textObject({{"password", browser.person.password}}));

    QVERIFY_REPLY(reply, 200, "");
    QVERIFY(!reply.json().contains(QLatin1String("accessToken")));
    QCOMPARE(reply.head.count("Set-Cookie"), 1);
    CookieJar jar;
    jar.take(reply);
    QVERIFY_REPLY(m_server->client().as(jar.at(accessCookie).value).get("/auth/me"), 200, "");
}

void TestCookies::readsNeedNoOrigin()
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

void TestCookies::aProxyAsksWhetherTheCallWasMeant_data()
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
void TestCookies::aProxyAsksWhetherTheCallWasMeant()
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

void TestCookies::writesNeedAnOriginThatMayCall_data()
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

void TestCookies::writesNeedAnOriginThatMayCall()
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

void TestCookies::writesNeedTheTokenOfTheSession_data()
{
    QTest::addColumn<QByteArray>("what");
    for (const char *what : {"no field", "an empty field", "garbage", "another session's", "another session's in both places", "no cookie", "twice"})
        QTest::newRow(what) << QByteArray(what);
}

void TestCookies::writesNeedTheTokenOfTheSession()
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

void TestCookies::everyWriteIsHeldToIt_data()
{
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < endpoints::All::size; ++i) {
        const EndpointInfo &info = *endpoints::All::infos[i];
        if (info.access.needsToken() && *info.method != Method::Get)
            QTest::newRow(bytes(*info.operationId).constData()) << static_cast<int>(i);
    }
}

// A new endpoint is covered unasked.
void TestCookies::everyWriteIsHeldToIt()
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

void TestCookies::theRefreshCookieIsHeldToIt_data()
{
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<bool>("withToken");
    QTest::addColumn<QByteArray>("code");
    QTest::newRow("no origin") << QByteArray() << true << QByteArray("origin_not_allowed");
    QTest::newRow("another origin") << QByteArray("https://evil.example") << true << QByteArray("origin_not_allowed");
    QTest::newRow("no CSRF token") << page << false << QByteArray("csrf_token_invalid");
}

void TestCookies::theRefreshCookieIsHeldToIt()
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
void TestCookies::theRefreshCookieAloneRefreshesNothing()
{
    const Browser browser = logIn(m_server->signUp());

    QVERIFY_REPLY(browser.client(*m_server, "/auth/refresh").post("/auth/refresh"), 422, "validation_failed");

    QCOMPARE(m_server->value<int>("select generation from aegis.refresh_token where session_id = $1::uuid", Text{browser.person.sessionId}), 1);
}

void TestCookies::authorizationWinsOverTheCookie()
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
void TestCookies::aTossedCookieIsRefused()
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

void TestCookies::theCookieOfAnEndedSessionIsRefused()
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
void TestCookies::noOtherPageLogsItsReaderIn()
{
    const SignedUp ada = m_server->signUp();
    const QByteArray before = m_server->rowCounts();

    const TestReply reply = asking("https://evil.example").post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}}));

    QVERIFY_REPLY(reply, 403, "origin_not_allowed");
    QVERIFY(reply.field("Set-Cookie").isNull());
    QCOMPARE(m_server->rowCounts(), before);
}

void TestCookies::ownOriginCounts()
{
    const Browser browser = logIn(m_server->signUp());
    const TestClient client = browser.jar.client(*m_server, "/auth/logout").with("X-CSRF-Token", browser.csrfToken);
    const QByteArray host = "localhost"; // what the client says in Host

    QVERIFY_REPLY(client.with("Origin", "https://" + host).post("/auth/logout"), 403, "origin_not_allowed"); // it speaks plain HTTP
    QVERIFY_REPLY(client.with("Origin", "http://" + host).post("/auth/logout"), 204, "");
}

void TestCookies::wantsAKnownWordForTheDelivery()
{
    const SignedUp ada = m_server->signUp();
    const QJsonObject body = textObject({{"email", ada.email}, {"password", ada.password}});

    QVERIFY_REPLY(m_server->client().with("X-Token-Delivery", "pigeon").post("/auth/login", body), 400, "malformed_request");
    QVERIFY_REPLY(asking().with("X-Token-Delivery", "cookie").post("/auth/login", body), 400, "malformed_request");
}

void TestCookies::preflightAllowsTheFields()
{
    const TestReply reply = m_server->client().with("Origin", page).with("Access-Control-Request-Method", "POST").send("OPTIONS", "/auth/logout");

    QCOMPARE(reply.status, 204);
    QVERIFY(reply.field("Access-Control-Allow-Headers").contains("X-CSRF-Token"));
    QVERIFY(reply.field("Access-Control-Allow-Headers").contains("X-Token-Delivery"));
    QVERIFY(reply.field("Access-Control-Expose-Headers").contains("X-CSRF-Token"));
    QCOMPARE(reply.field("Access-Control-Allow-Credentials"), QByteArray("true"));
}

void TestCookies::noScriptSeesATokenInThePage()
{
    const SignedUp ada = m_server->signUp();
    const TestReply reply = asking().post("/auth/login", textObject({{"email", ada.email}, {"password", ada.password}}));
    CookieJar jar;
    jar.take(reply);

    for (const QByteArray &name : {accessCookie, refreshCookie}) {
        QVERIFY(jar.at(name).attributes.contains("httponly"));
        QVERIFY(!reply.body.contains(jar.at(name).value));
    }
    QVERIFY(!jar.at(csrfCookie).attributes.contains("httponly"));
    QVERIFY(!jar.at(accessCookie).value.contains(jar.at(csrfCookie).value));
}

AEGIS_TEST(TestCookies)
#include "TestCookies.moc"
