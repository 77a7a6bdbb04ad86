#pragma once

#include "tests/support/TestServer.h"

#include <map>

namespace aegis::test {

/// A browser's cookies, as far as these tests need one: keeps what answers set, sends what the path asks for.
class CookieJar {
public:
    struct Cookie {
        QByteArray value;
        QByteArray path;
        QByteArrayList attributes; ///< the others, in lower case
    };

    /// Takes over the Set-Cookie fields of an answer; what has no time to live goes.
    void take(const TestReply &reply);
    bool has(const QByteArray &name) const { return m_cookies.contains(name); }
    const Cookie &at(const QByteArray &name) const { return m_cookies.at(name); }
    void set(const QByteArray &name, const QByteArray &value) { m_cookies[name].value = value; }
    qsizetype size() const { return static_cast<qsizetype>(m_cookies.size()); }

    /// The `Cookie` field for a request to that path.
    QByteArray fieldFor(const QByteArray &path) const;
    /// A client that sends it, and nothing else.
    TestClient client(const TestServer &server, const QByteArray &path) const { return server.client().with("Cookie", fieldFor(path)); }

private:
    std::map<QByteArray, Cookie> m_cookies; ///< by name
};

} // namespace aegis::test
