#pragma once

#include "server/http/transport/HttpReply.h"
#include "shared/endpoints/Endpoint.h"
#include "shared/json/HeaderEncoder.h"
#include "shared/json/JsonEncoder.h"

#include <variant>

namespace aegis::http {

/// What an endpoint answers with after success: status, own header fields and body.
template <Endpoint E> HttpReply replyOf(const typename E::Response &response)
{
    using Response = typename E::Response;
    HttpReply reply;
    reply.status = *E::info.successStatus;
    if constexpr (requires { E::statusOf(response); })
        reply.status = E::statusOf(response);

    if constexpr (requires { response.isReplayed; }) {
        if (response.isReplayed)
            reply.headers.emplace_back(QByteArrayLiteral("Idempotency-Replayed"), QByteArrayLiteral("true"));
    }
    if constexpr (std::is_same_v<Response, RawContent>) {
        reply.headers.emplace_back(QByteArrayLiteral("Content-Type"), response.contentType);
        reply.headers.emplace_back(QByteArrayLiteral("Cache-Control"), response.cacheControl);
        if (response.etag)
            reply.headers.emplace_back(QByteArrayLiteral("ETag"), *response.etag);
        if (response.contentSecurityPolicy)
            reply.headers.emplace_back(QByteArrayLiteral("Content-Security-Policy"), *response.contentSecurityPolicy);
        reply.body = response.body;
    } else if constexpr (OneOf<Response>) {
        reply.headers.emplace_back(QByteArrayLiteral("Content-Type"), QByteArrayLiteral("application/json"));
        reply.body = std::visit([](const auto &one) { return encode(one); }, static_cast<const typename Response::Alternatives &>(response));
    } else if constexpr (!std::is_same_v<Response, NoContent>) {
        if constexpr (hasFieldsIn<Response>(In::Header))
            forEachHeader(response, [&reply](std::string_view name, QByteArray value) {
                // The name is a literal in the DTO's table.
                reply.headers.emplace_back(QByteArray::fromRawData(name.data(), static_cast<qsizetype>(name.size())), std::move(value));
            });
        if constexpr (hasFieldsIn<Response>(In::Body)) {
            reply.headers.emplace_back(QByteArrayLiteral("Content-Type"), QByteArrayLiteral("application/json"));
            reply.body = encode(response);
        }
        if (reply.status == 503)
            reply.headers.emplace_back(QByteArrayLiteral("Retry-After"), QByteArrayLiteral("1")); // as every 503 says
    }
    return reply;
}

} // namespace aegis::http
