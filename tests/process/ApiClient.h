#pragma once

#include "tests/server/http/transport/WireClient.h"

#include <QtCore/QJsonObject>

#include <chrono>
#include <memory>

namespace aegis::test {

/// An answer of the API. Status 0: the connection ended instead.
struct ApiAnswer {
    int status = 0;
    QByteArray code; ///< of a problem
    QJsonObject json;
    WireReply raw;
    std::chrono::milliseconds duration{}; ///< until it was there, or the connection ended

    QByteArray text(const char *member) const { return json.value(QLatin1String(member)).toString().toUtf8(); }
};

/// A plain client of one server: one blocking connection, kept while the server keeps it.
class ApiClient {
public:
    explicit ApiClient(quint16 port) : m_port(port) {}

    ApiAnswer post(const char *path, const QJsonObject &body, const QByteArray &bearer = {}, const QByteArray &fields = {});
    ApiAnswer get(const char *path, const QByteArray &bearer = {});
    /// Sends these bytes as they are and reads one answer.
    ApiAnswer exchange(const QByteArray &bytes);

    ApiAnswer signup(const QByteArray &name, const QByteArray &fields = {});
    ApiAnswer login(const QByteArray &name);
    ApiAnswer refresh(const QByteArray &refreshToken);
    ApiAnswer logout(const QByteArray &accessToken);
    ApiAnswer verify(const QByteArray &accessToken);

    /// What signup() uses for that name: its organization has it for its slug.
    static QString email(const QByteArray &name);
    static QString password();

private:
    quint16 m_port;
    std::unique_ptr<WireClient> m_connection;
};

} // namespace aegis::test
