#include "server/http/Cors.h"

namespace aegis::http {
namespace {

bool isOrigin(const QByteArray &text)
{
    const qsizetype host = text.startsWith("https://") ? 8 : text.startsWith("http://") ? 7 : text.size();
    if (host >= text.size())
        return false;
    for (const char c : QByteArrayView(text).sliced(host)) {
        const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
        if (!allowed)
            return false;
    }
    return true;
}

} // namespace

Result<Cors> Cors::allowing(const std::vector<QByteArray> &origins)
{
    Cors cors;
    for (const QByteArray &origin : origins) {
        if (!isOrigin(origin))
            return Problem(ProblemCode::Internal)
                .withInternal(QStringLiteral("not an origin such as https://app.example.com: %1").arg(QString::fromUtf8(origin)));
        cors.m_origins.insert(origin);
    }
    return cors;
}

bool Cors::isPreflight(const HttpRequest &request)
{
    return request.method == "OPTIONS" && request.headers.contains("Origin") && request.headers.contains("Access-Control-Request-Method");
}

bool Cors::allows(const HttpRequest &request) const
{
    const QByteArrayView origin = request.headers.value("Origin");
    return !origin.isEmpty() && m_origins.contains(QByteArray::fromRawData(origin.data(), origin.size()));
}

void Cors::addPreflight(const HttpRequest &request, const QByteArray &methods, HeaderList &headers) const
{
    if (!allows(request))
        return;
    headers.emplace_back(QByteArrayLiteral("Access-Control-Allow-Methods"), methods);
    headers.emplace_back(QByteArrayLiteral("Access-Control-Allow-Headers"),
                         QByteArrayLiteral("Authorization, Content-Type, Idempotency-Key, X-Correlation-ID, X-CSRF-Token, X-Token-Delivery"));
    headers.emplace_back(QByteArrayLiteral("Access-Control-Max-Age"), QByteArrayLiteral("600"));
}

void Cors::addTo(const HttpRequest &request, HeaderList &headers) const
{
    if (m_origins.isEmpty())
        return;
    headers.emplace_back(QByteArrayLiteral("Vary"), QByteArrayLiteral("Origin"));
    if (!allows(request))
        return;
    headers.emplace_back(QByteArrayLiteral("Access-Control-Allow-Origin"), request.headers.value("Origin").toByteArray());
    headers.emplace_back(QByteArrayLiteral("Access-Control-Allow-Credentials"), QByteArrayLiteral("true"));
    headers.emplace_back(
        QByteArrayLiteral("Access-Control-Expose-Headers"),
        QByteArrayLiteral("X-Correlation-ID, X-CSRF-Token, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate, Idempotency-Replayed"));
}

} // namespace aegis::http
