#include "tests/integration/Browser.h"
#include "tests/integration/SecondFactors.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Tokens in cookies.
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
    void wantsAKnownWordForTheDelivery();
    void preflightAllowsTheFields();
    void noScriptSeesATokenInThePage();

private:
    TestClient asking(const QByteArray &origin = page) const { return Browser::asking(*m_server, origin); }
    Browser logIn(const SignedUp &person, const QByteArray &path = "/auth/login") const { return Browser::logIn(*m_server, person, path); }

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
