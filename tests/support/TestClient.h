#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayList>
#include <QtCore/QJsonObject>

#include <utility>
#include <vector>

namespace aegis::test {

/// What a server answered, as it came over the wire.
struct TestReply {
    int status = 0;  ///< 0: the connection ended or stayed silent instead
    QByteArray head; ///< status line and fields
    QByteArray body;

    /// Value of the first field of that name; null when there is none.
    QByteArray field(QByteArrayView name) const;
    /// The body as a JSON object; empty when it is none.
    QJsonObject json() const;
    /// A member of the JSON body that is text.
    QByteArray text(QLatin1String member) const;
    /// The stable code of a problem document; empty when the body is none.
    QByteArray code() const { return text(QLatin1String("code")); }
    /// What of the body's `errors` concerns each field, as `field:code`, sorted.
    QByteArrayList errors() const;
    /// Status, fields and body, for the message of a test that fails.
    QByteArray described() const;
};

using TestHeaders = std::vector<std::pair<QByteArray, QByteArray>>;

/// A JSON object whose members are text: `textObject({{"refreshToken", token}})`.
QJsonObject textObject(std::initializer_list<std::pair<const char *, QByteArray>> members);

/// Speaks HTTP/1.1 to a server on 127.0.0.1, with a connection for each request. It blocks; a value that any thread may
/// copy and use.
class TestClient {
public:
    explicit TestClient(quint16 port) : m_port(port) {}

    /// The same client, sending another field with every request.
    TestClient with(const QByteArray &name, const QByteArray &value) const;
    /// The same client, sending that access token.
    TestClient as(const QByteArray &accessToken) const { return with("Authorization", "Bearer " + accessToken); }

    /// A body that is not empty goes with its length, and as application/json unless the client sends another type.
    TestReply send(const QByteArray &method, const QByteArray &path, const QByteArray &body = {}) const;
    TestReply get(const QByteArray &path) const { return send("GET", path); }
    TestReply post(const QByteArray &path, const QJsonObject &body) const;
    TestReply post(const QByteArray &path) const { return send("POST", path); }

private:
    quint16 m_port;
    TestHeaders m_headers;
};

} // namespace aegis::test

/// Fails the test, with the whole answer, unless it has that status and that problem code ("" for a success).
#define QVERIFY_REPLY(reply, wantedStatus, wantedCode)                                                                                 \
    do {                                                                                                                               \
        const aegis::test::TestReply &verified_ = (reply);                                                                             \
        QVERIFY2(verified_.status == (wantedStatus) && verified_.code() == QByteArray(wantedCode), verified_.described().constData()); \
    } while (false)
