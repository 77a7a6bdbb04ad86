#include "server/http/TokenCookies.h"

#include "server/crypto/Base64.h"
#include "server/crypto/Hmac.h"

namespace aegis::http::token_cookies {
namespace {

constexpr QByteArrayView refreshPath = "/auth/refresh";
constexpr QByteArrayView versionedRefreshPath = "/v1/auth/refresh";

/// RFC 6265, 4.1.1.
QByteArray cookie(QByteArrayView name, QByteArrayView value, QByteArrayView path, qint64 maxAge, bool isForScripts = false)
{
    QByteArray line = name.toByteArray() + '=' + value.toByteArray() + "; Path=" + path.toByteArray() + "; Max-Age=" + QByteArray::number(maxAge)
        + "; Secure; SameSite=Strict";
    if (!isForScripts)
        line += "; HttpOnly";
    return line;
}

} // namespace

Received receivedIn(const HttpRequest &request)
{
    Received received;
    for (const QByteArrayView field : request.headers.values("Cookie")) {
        for (qsizetype begin = 0; begin < field.size();) {
            const qsizetype semicolon = field.indexOf(';', begin);
            const qsizetype end = semicolon < 0 ? field.size() : semicolon;
            const QByteArrayView pair = field.sliced(begin, end - begin).trimmed();
            begin = end + 1;
            const qsizetype equals = pair.indexOf('=');
            if (equals < 0)
                continue;
            const QByteArrayView name = pair.first(equals).trimmed();
            Values *into = name == accessName ? &received.accessToken
                : name == refreshName         ? &received.refreshToken
                : name == csrfName            ? &received.csrfToken
                                              : nullptr;
            if (into)
                into->emplace_back(pair.sliced(equals + 1).trimmed());
        }
    }
    return received;
}

Result<Secret> theOnly(const Values &values)
{
    if (values.size() == 1)
        return values.front();
    const QString reason = QStringLiteral("A cookie stands more than once.");
    return Problem(ProblemCode::MalformedRequest, reason).withInternal(reason);
}

Result<bool> areWanted(const HttpRequest &request)
{
    const auto values = request.headers.values("X-Token-Delivery");
    if (values.empty())
        return false;
    if (values.size() == 1 && equalsIgnoringCase(values.front(), "cookie"))
        return true;
    if (values.size() == 1 && equalsIgnoringCase(values.front(), "body"))
        return false;
    const QString reason = QStringLiteral("X-Token-Delivery must be cookie or body.");
    return Problem(ProblemCode::MalformedRequest, reason).withInternal(reason);
}

QByteArray csrfTokenOf(const SessionId &session, const Secret &key)
{
    return base64Url(hmacSha256(key, QByteArray("csrf\0", 5) + session.text()));
}

void set(const IssuedTokens &tokens, const HttpRequest &request, const Secret &csrfKey, HeaderList &headers)
{
    const auto add = [&](const QByteArray &line) { headers.emplace_back(QByteArrayLiteral("Set-Cookie"), line); };
    if (tokens.accessToken)
        add(cookie(accessName, tokens.accessToken->reveal(), "/", tokens.expiresIn));
    if (!tokens.refreshToken)
        return; // the session goes on, and its other cookies with it
    const QByteArrayView path = request.path.startsWith("/v1/") ? versionedRefreshPath : refreshPath;
    add(cookie(refreshName, tokens.refreshToken->reveal(), path, tokens.refreshExpiresIn));
    const QByteArray csrf = csrfTokenOf(tokens.session, csrfKey);
    add(cookie(csrfName, csrf, "/", tokens.refreshExpiresIn, true));
    headers.emplace_back(QByteArrayLiteral("X-CSRF-Token"), csrf);
}

void clear(HeaderList &headers)
{
    const auto add = [&](const QByteArray &line) { headers.emplace_back(QByteArrayLiteral("Set-Cookie"), line); };
    add(cookie(accessName, "", "/", 0));
    add(cookie(refreshName, "", refreshPath, 0));
    add(cookie(refreshName, "", versionedRefreshPath, 0));
    add(cookie(csrfName, "", "/", 0, true));
}

} // namespace aegis::http::token_cookies
