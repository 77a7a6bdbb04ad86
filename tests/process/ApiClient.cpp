#include "tests/process/ApiClient.h"

#include <QtCore/QJsonDocument>

namespace aegis::test {
namespace {

QByteArray authorization(const QByteArray &bearer)
{
    return bearer.isEmpty() ? QByteArray() : "Authorization: Bearer " + bearer + "\r\n";
}

} // namespace

ApiAnswer ApiClient::post(const char *path, const QJsonObject &body, const QByteArray &bearer, const QByteArray &fields)
{
    const QByteArray json = QJsonDocument(body).toJson(QJsonDocument::Compact);
    return exchange(QByteArray("POST ") + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                    + QByteArray::number(json.size()) + "\r\n" + authorization(bearer) + fields + "\r\n" + json);
}

ApiAnswer ApiClient::get(const char *path, const QByteArray &bearer)
{
    return exchange(QByteArray("GET ") + path + " HTTP/1.1\r\nHost: localhost\r\n" + authorization(bearer) + "\r\n");
}

ApiAnswer ApiClient::exchange(const QByteArray &bytes)
{
    if (!m_connection || m_connection->isSilent(0) == false)
        m_connection = std::make_unique<WireClient>(m_port);
    ApiAnswer answer;
    const auto begun = std::chrono::steady_clock::now();
    if (m_connection->isConnected() && m_connection->send(bytes))
        answer.raw = m_connection->reply();
    answer.duration = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
    answer.status = answer.raw.status;
    answer.json = QJsonDocument::fromJson(answer.raw.body).object();
    answer.code = answer.raw.problemCode();
    if (answer.status == 0 || answer.raw.field("Connection") == "close")
        m_connection.reset();
    return answer;
}

ApiAnswer ApiClient::signup(const QByteArray &name, const QByteArray &fields)
{
    return post("/auth/signup",
                {{QStringLiteral("email"), email(name)},
                 {QStringLiteral("password"), password()},
                 {QStringLiteral("firstName"), QStringLiteral("Ada")},
                 {QStringLiteral("lastName"), QStringLiteral("Lovelace")},
                 {QStringLiteral("organizationName"), QStringLiteral("Engines of ") + QString::fromUtf8(name)},
                 {QStringLiteral("organizationSlug"), QString::fromUtf8(name)}},
                {}, fields);
}

ApiAnswer ApiClient::login(const QByteArray &name)
{
    return post("/auth/login", {{QStringLiteral("email"), email(name)}, {QStringLiteral("password"), password()}});
}

ApiAnswer ApiClient::refresh(const QByteArray &refreshToken)
{
    return post("/auth/refresh", {{QStringLiteral("refreshToken"), QString::fromUtf8(refreshToken)}});
}

ApiAnswer ApiClient::logout(const QByteArray &accessToken)
{
    return exchange("POST /auth/logout HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" + authorization(accessToken) + "\r\n");
}

ApiAnswer ApiClient::verify(const QByteArray &accessToken)
{
    return get("/auth/verify", accessToken);
}

QString ApiClient::email(const QByteArray &name)
{
    return QString::fromUtf8(name) + QStringLiteral("@example.com");
}

QString ApiClient::password()
{
    return QStringLiteral("Correct-Horse-42-Staple");
}

} // namespace aegis::test
