#include "server/http/SecurityHeaders.h"

#include "server/http/transport/HeaderBlock.h"
#include "server/http/transport/HeaderFields.h"

#include <algorithm>

namespace aegis::http {
namespace {

HeaderList always()
{
    return {
        {QByteArrayLiteral("X-Content-Type-Options"), QByteArrayLiteral("nosniff")},
        {QByteArrayLiteral("X-Frame-Options"), QByteArrayLiteral("DENY")},
        {QByteArrayLiteral("Referrer-Policy"), QByteArrayLiteral("no-referrer")},
        {QByteArrayLiteral("Cross-Origin-Opener-Policy"), QByteArrayLiteral("same-origin")},
        {QByteArrayLiteral("Cross-Origin-Resource-Policy"), QByteArrayLiteral("same-origin")},
        {QByteArrayLiteral("Cross-Origin-Embedder-Policy"), QByteArrayLiteral("require-corp")},
        {QByteArrayLiteral("Origin-Agent-Cluster"), QByteArrayLiteral("?1")},
        {QByteArrayLiteral("Permissions-Policy"), QByteArrayLiteral("camera=(), geolocation=(), microphone=(), payment=(), usb=()")},
        {QByteArrayLiteral("X-DNS-Prefetch-Control"), QByteArrayLiteral("off")},
        {QByteArrayLiteral("X-Download-Options"), QByteArrayLiteral("noopen")},
        {QByteArrayLiteral("X-Permitted-Cross-Domain-Policies"), QByteArrayLiteral("none")},
        {QByteArrayLiteral("X-XSS-Protection"), QByteArrayLiteral("0")},
    };
}

HeaderList alwaysUnderTls()
{
    HeaderList list = always();
    list.emplace_back(QByteArrayLiteral("Strict-Transport-Security"), QByteArrayLiteral("max-age=31536000; includeSubDomains"));
    return list;
}

// What an answer may say differently. Made once: a request only counts references.
const HeaderList &unlessGiven()
{
    static const HeaderList list{
        {QByteArrayLiteral("Content-Security-Policy"), QByteArrayLiteral("default-src 'none'; frame-ancestors 'none'")},
        {QByteArrayLiteral("Cache-Control"), QByteArrayLiteral("no-store")},
    };
    return list;
}

} // namespace

void addSecurityHeaders(HttpReply &reply, bool withHsts)
{
    static const HeaderBlock plain(always()), underTls(alwaysUnderTls());
    reply.common = withHsts ? &underTls : &plain;
    HeaderList &headers = reply.headers;
    for (const auto &field : unlessGiven()) {
        const bool given = std::any_of(headers.begin(), headers.end(), [&](const auto &own) { return equalsIgnoringCase(own.first, field.first); });
        if (!given)
            headers.push_back(field);
    }
}

} // namespace aegis::http
