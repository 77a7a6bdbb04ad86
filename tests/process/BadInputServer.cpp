#include "tests/process/BadInputServer.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

#include <algorithm>

namespace aegis::test {
namespace {

bool isFieldCode(const QString &code)
{
    const auto known = fieldCodesOfRequests();
    return std::any_of(known.begin(), known.end(), [&](const FieldCodeInfo &info) { return info.name == code; });
}

} // namespace

void BadInputServer::initTestCase()
{
    QVERIFY_STARTS(m_server);
    const ApiAnswer signup = ApiClient(m_server.port()).signup("known");
    QCOMPARE(signup.status, 201);
    m_accessToken = signup.text("accessToken");
    m_refreshToken = signup.text("refreshToken");
    m_database = std::make_unique<AdminDatabase>(m_directory);
    m_database->execute(
        "insert into platform_role (user_id, role, created_at) select id, 'PLATFORM_ADMIN', now() from \"user\""); // may call everything
}

void BadInputServer::cleanup()
{
    if (!m_database || m_before.isEmpty())
        return;
    for (auto table = m_expectedMore.cbegin(); table != m_expectedMore.cend(); ++table)
        m_before[table.key()] += table.value();
    m_expectedMore.clear();
    QCOMPARE(m_database->rowCounts(), m_before);
    QVERIFY(m_server.isRunning());
}

void BadInputServer::cleanupTestCase()
{
    QVERIFY(!m_server.errorOutput().contains("\"status\":500"));
    QVERIFY(!m_server.errorOutput().contains("\"level\":\"error\""));
    QCOMPARE(ApiClient(m_server.port()).verify(m_accessToken).status, 204); // the one good session has lived through it all
    QCOMPARE(m_server.stop(), std::optional(0));
}

std::vector<const EndpointInfo *> BadInputServer::posts()
{
    std::vector<const EndpointInfo *> found;
    endpoints::All::forEach([&found]<class E>() {
        if (E::info.method == Method::Post && takesBody<E>() && !takesForm<E>()) // forms: see TestIntrospection
            found.push_back(&E::info);
    });
    return found;
}

QByteArray BadInputServer::pathOf(const EndpointInfo &endpoint)
{
    const std::string_view path = *endpoint.path;
    return QByteArray(path.data(), static_cast<qsizetype>(path.size()));
}

QByteArray BadInputServer::text(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QJsonObject BadInputServer::goodBody(QByteArrayView path) const
{
    const QJsonObject person{{QStringLiteral("email"), QStringLiteral("grace@example.com")}, {QStringLiteral("password"), ApiClient::password()}};
    if (path == "/auth/login")
        return person;
    if (path == "/auth/refresh" || path == "/auth/logout")
        return {{QStringLiteral("refreshToken"), QString::fromUtf8(m_refreshToken)}};
    if (path == "/auth/reauthenticate")
        return {{QStringLiteral("password"), ApiClient::password()}};
    if (path == "/auth/mfa/verify" || path == "/auth/mfa/disable" || path == "/auth/mfa/backup-codes")
        return {{QStringLiteral("code"), QStringLiteral("123456")}};
    if (path == "/auth/mfa/challenge")
        return {{QStringLiteral("mfaToken"), QStringLiteral("a.b.c")}, {QStringLiteral("code"), QStringLiteral("123456")}};
    const QString newPassword = QStringLiteral("Quiet-Harbour-81-Lantern");
    if (path == "/auth/email/verify")
        return {{QStringLiteral("token"), QStringLiteral("a.token")}};
    if (path == "/auth/email/resend" || path == "/auth/password/forgot")
        return {{QStringLiteral("email"), QStringLiteral("grace@example.com")}};
    if (path == "/auth/password/change")
        return {{QStringLiteral("currentPassword"), ApiClient::password()}, {QStringLiteral("newPassword"), newPassword}};
    if (path == "/auth/password/reset")
        return {{QStringLiteral("token"), QStringLiteral("a.token")}, {QStringLiteral("newPassword"), newPassword}};
    if (path == "/auth/invitations/lookup" || path == "/auth/invitations/join")
        return {{QStringLiteral("token"), QStringLiteral("a.token")}};
    if (path == "/auth/invitations/accept")
        return {{QStringLiteral("token"), QStringLiteral("a.token")}, {QStringLiteral("password"), newPassword}};
    const QString someId = QStringLiteral("0193a0f0-7c00-7abc-8def-00000000cafe");
    if (path == "/auth/refresh/organization")
        return {{QStringLiteral("organizationId"), someId}, {QStringLiteral("refreshToken"), QString::fromUtf8(m_refreshToken)}};
    if (path == "/admin/organizations")
        return {{QStringLiteral("name"), QStringLiteral("Compilers")},
                {QStringLiteral("slug"), QStringLiteral("compilers")},
                {QStringLiteral("ownerEmail"), QStringLiteral("grace@example.com")}};
    if (path == "/admin/organizations/{id}/transfer")
        return {{QStringLiteral("userId"), someId}};
    if (path == "/admin/organizations/{id}/invitations")
        return {{QStringLiteral("email"), QStringLiteral("grace@example.com")}, {QStringLiteral("roles"), QJsonArray{QStringLiteral("MEMBER")}}};
    if (path == "/admin/sessions/revocations")
        return {{QStringLiteral("filter"), QStringLiteral("active:true")}};
    if (path.startsWith("/admin/"))
        return {{QStringLiteral("note"), QStringLiteral("Ticket 4711")}};
    QJsonObject whole = person;
    whole.insert(QStringLiteral("firstName"), QStringLiteral("Grace"));
    whole.insert(QStringLiteral("lastName"), QStringLiteral("Hopper"));
    if (path == "/auth/register")
        return whole;
    whole.insert(QStringLiteral("organizationName"), QStringLiteral("Compilers"));
    whole.insert(QStringLiteral("organizationSlug"), QStringLiteral("compilers"));
    return path == "/auth/signup" ? whole : QJsonObject();
}

QByteArray BadInputServer::head(const EndpointInfo &endpoint, const QByteArray &fields) const
{
    return "POST " + pathOf(endpoint) + " HTTP/1.1\r\nHost: localhost\r\n"
        + (endpoint.access.needsToken() ? "Authorization: Bearer " + m_accessToken + "\r\n" : QByteArray()) + fields + "\r\n";
}

QByteArray BadInputServer::message(const EndpointInfo &endpoint, const QByteArray &body, const QByteArray &fields) const
{
    return head(endpoint, fields + "Content-Length: " + QByteArray::number(body.size()) + "\r\n") + body;
}

void BadInputServer::addColumns()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<bool>("closes");
}

void BadInputServer::addRow(const QByteArray &name, const QByteArray &bytes, int status, const char *code, bool closes)
{
    QTest::newRow(name.constData()) << bytes << status << QByteArray(code) << closes;
}

void BadInputServer::checkRow() const
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const int, status);
    QFETCH(const QByteArray, code);
    QFETCH(const bool, closes);

    check(bytes, status, code, closes);
}

void BadInputServer::check(const QByteArray &bytes, int status, const QByteArray &code, bool closes) const
{
    WireClient client(m_server.port());
    client.send(bytes); // the server may have refused before all of it has left
    const WireReply reply = client.reply();

    QCOMPARE(reply.status, status);
    QCOMPARE(reply.problemCode(), code);
    QVERIFY(!reply.field("X-Correlation-ID").isEmpty());
    if (code == "malformed_request")
        QVERIFY2(!QJsonDocument::fromJson(reply.body)[QLatin1String("detail")].toString().isEmpty(), reply.body.constData());
    const QJsonArray errors = QJsonDocument::fromJson(reply.body)[QLatin1String("errors")].toArray();
    QCOMPARE(errors.isEmpty(), status != 422);
    for (const QJsonValue error : errors)
        QVERIFY2(isFieldCode(error[QLatin1String("code")].toString()), reply.body.constData());
    QVERIFY2(!reply.head.contains("X-Evil"), reply.head.constData());
    if (closes) {
        QCOMPARE(reply.field("Connection"), QByteArray("close"));
        QCOMPARE(ApiClient(m_server.port()).get("/health/live").status, 200);
    } else {
        QVERIFY(client.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        const WireReply next = client.reply(); // the framing is what it was: this answer belongs to this request
        QCOMPARE(next.status, 200);
        QVERIFY2(next.body.contains("\"status\":\"ok\""), next.body.constData());
    }
}

} // namespace aegis::test
