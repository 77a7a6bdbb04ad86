#pragma once

#include "tests/integration/CookieJar.h"

namespace aegis::test {

inline const QByteArray accessCookie = "__Host-aegis-access";
inline const QByteArray refreshCookie = "__Secure-aegis-refresh";
inline const QByteArray csrfCookie = "__Host-aegis-csrf";
/// The origin of a page that may call: CORS_ORIGINS of the servers of these tests.
inline const QByteArray page = "https://app.example.com";

/// Somebody who is logged in by cookies, with what the page knows.
struct Browser {
    SignedUp person;
    CookieJar jar;
    QByteArray csrfToken;

    /// As the page asks: with cookies, Origin and the token.
    TestClient client(const TestServer &server, const QByteArray &path) const
    {
        return jar.client(server, path).with("Origin", page).with("X-CSRF-Token", csrfToken);
    }

    /// A page that wants its tokens in cookies.
    static TestClient asking(const TestServer &server, const QByteArray &origin)
    {
        return server.client().with("X-Token-Delivery", "cookie").with("Origin", origin);
    }
    static Browser logIn(const TestServer &server, const SignedUp &person, const QByteArray &path)
    {
        const TestReply reply = asking(server, page).post(path, textObject({{"email", person.email}, {"password", person.password}}));
        if (reply.status != 200)
            qFatal("%s", reply.described().constData());
        Browser browser{.person = person, .jar = {}, .csrfToken = reply.field("X-CSRF-Token")};
        browser.person.sessionId = reply.text(QLatin1String("sessionId"));
        browser.jar.take(reply);
        return browser;
    }
};

} // namespace aegis::test
