#include "server/http/CookieGuard.h"

#include "server/crypto/ConstantTime.h"

namespace aegis::http {

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

Result<void> CookieGuard::checkOrigin(const HttpRequest &request) const
{
    const auto origins = request.headers.values("Origin");
    if (origins.empty())
        return {};
    if (origins.size() == 1 && (m_cors.allows(request) || isOwnOrigin(request, origins.front())))
        return {};
    return Problem(ProblemCode::OriginNotAllowed).withInternal(QStringLiteral("cookies for another origin"));
}

bool CookieGuard::isOwnOrigin(const HttpRequest &request, QByteArrayView origin) const
{
    const QByteArrayView host = request.headers.value("Host");
    const QByteArray own = (m_clientAddress.isEncrypted(request) ? "https://" : "http://") + host.toByteArray();
    return !host.isEmpty() && own == origin;
}

} // namespace aegis::http
