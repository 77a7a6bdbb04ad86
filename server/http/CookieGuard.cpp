#include "server/http/CookieGuard.h"

#include "server/crypto/ConstantTime.h"

namespace aegis::http {
namespace {

/// Whether a proxy says so, and nobody says something else.
bool isSaidToBeSafe(const HttpRequest &request)
{
    bool isSaid = false;
    for (const QByteArrayView name : {"X-Forwarded-Method", "X-Original-Method"}) {
        for (const QByteArrayView method : request.headers.values(name)) {
            if (method != "GET" && method != "HEAD" && method != "OPTIONS")
                return false;
            isSaid = true;
        }
    }
    return isSaid;
}

} // namespace

Result<void> CookieGuard::checkWrite(const HttpRequest &request, const token_cookies::Received &cookies, const SessionId &session) const
{
    if (request.headers.values("Origin").empty())
        return Problem(ProblemCode::OriginNotAllowed).withInternal(QStringLiteral("cookies without an Origin"));
    CHECK(checkOrigin(request));
    const auto values = request.headers.values("X-CSRF-Token");
    const QByteArray expected = token_cookies::csrfTokenOf(session, m_key);
    if (cookies.csrfToken.empty())
        return ProblemCode::CsrfTokenInvalid;
    TRY(const Secret submitted, token_cookies::theOnly(cookies.csrfToken));
    const bool isRight = values.size() == 1 && constantTimeEquals(values.front(), expected) && constantTimeEquals(submitted.reveal(), expected);
    return isRight ? Result<void>() : Result<void>(ProblemCode::CsrfTokenInvalid);
}

Result<void> CookieGuard::checkProxied(const HttpRequest &request) const
{
    if (request.headers.values("Origin").empty() && !isSaidToBeSafe(request)) {
        const QString reason = QStringLiteral("Neither is there an Origin, nor does the proxy say in X-Forwarded-Method that the call is safe.");
        return Problem(ProblemCode::OriginNotAllowed, reason).withInternal(reason);
    }
    return checkOrigin(request);
}

bool CookieGuard::hasItsCookie(const token_cookies::Received &cookies, const SessionId &session) const
{
    return cookies.csrfToken.size() == 1 && constantTimeEquals(cookies.csrfToken.front().reveal(), token_cookies::csrfTokenOf(session, m_key));
}

Result<void> CookieGuard::checkOrigin(const HttpRequest &request) const
{
    const auto origins = request.headers.values("Origin");
    if (origins.empty())
        return {};
    if (origins.size() == 1 && (m_cors.allows(request) || isOwnOrigin(request, origins.front())))
        return {};
    return Problem(ProblemCode::OriginNotAllowed)
        .withInternal(QStringLiteral("cookies for another origin than that of Host and CORS_ORIGINS: %1")
                          .arg(QString::fromLatin1(origins.front().first(std::min<qsizetype>(origins.front().size(), 100)))));
}

bool CookieGuard::isOwnOrigin(const HttpRequest &request, QByteArrayView origin) const
{
    const QByteArrayView host = request.headers.value("Host");
    const QByteArray own = (m_clientAddress.isEncrypted(request) ? "https://" : "http://") + host.toByteArray();
    return !host.isEmpty() && own == origin;
}

} // namespace aegis::http
