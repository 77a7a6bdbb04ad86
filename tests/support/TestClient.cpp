#include "tests/support/TestClient.h"

#include "tests/server/http/transport/WireClient.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

#include <algorithm>

namespace aegis::test {

QJsonObject textObject(std::initializer_list<std::pair<const char *, QByteArray>> members)
{
    QJsonObject object;
    for (const auto &[name, value] : members)
        object.insert(QLatin1String(name), QString::fromUtf8(value));
    return object;
}

QByteArray TestReply::field(QByteArrayView name) const
{
    return WireReply{status, head, body}.field(name);
}

QJsonObject TestReply::json() const
{
    return QJsonDocument::fromJson(body).object();
}

QByteArray TestReply::text(QLatin1String member) const
{
    return json().value(member).toString().toUtf8();
}

QByteArrayList TestReply::errors() const
{
    QByteArrayList all;
    const QJsonArray errors = json().value(QLatin1String("errors")).toArray();
    for (const QJsonValue &error : errors)
        all.append(error[QLatin1String("field")].toString().toUtf8() + ':' + error[QLatin1String("code")].toString().toUtf8());
    std::sort(all.begin(), all.end());
    return all;
}

QByteArray TestReply::described() const
{
    return head + "\n\n" + body;
}

TestClient TestClient::with(const QByteArray &name, const QByteArray &value) const
{
    TestClient other = *this;
    other.m_headers.emplace_back(name, value);
    return other;
}

TestReply TestClient::send(const QByteArray &method, const QByteArray &path, const QByteArray &body) const
{
    QByteArray request = method + ' ' + path + " HTTP/1.1\r\nHost: localhost\r\n";
    bool hasType = false;
    for (const auto &[name, value] : m_headers) {
        request += name + ": " + value + "\r\n";
        hasType = hasType || name.compare("Content-Type", Qt::CaseInsensitive) == 0;
    }
    if (!body.isEmpty()) {
        if (!hasType)
            request += "Content-Type: application/json\r\n";
        request += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    } else if (method == "POST") {
        request += "Content-Length: 0\r\n";
    }

    WireClient wire(m_port);
    if (!wire.isConnected() || !wire.send(request + "\r\n" + body))
        return {};
    const WireReply reply = wire.reply(method == "HEAD");
    return {reply.status, reply.head, reply.body};
}

TestReply TestClient::post(const QByteArray &path, const QJsonObject &body) const
{
    return send("POST", path, QJsonDocument(body).toJson(QJsonDocument::Compact));
}

} // namespace aegis::test
