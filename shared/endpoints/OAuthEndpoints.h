#pragma once

#include "shared/dto/Introspection.h"
#include "shared/dto/ServerMetadata.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct Introspect {
    using Request = TokenRequest;
    using Response = IntrospectionResponse;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/oauth/introspect",
        .operationId = "introspect",
        .access = Access::Client,
        .rateClass = RateClass::Client,
        .successStatus = 200,
        .problems = {ProblemCode::RevocationUnavailable, ProblemCode::DatabaseUnavailable},
        .tag = "Resource servers",
        .summary = "Is this token good, and whose is it",
        .description = "Token introspection (RFC 7662), for services that would rather ask than check signatures. A form, with the credentials of a "
                       "program that an operator has made (`aegisd clients create`). What an access token says is checked in memory, its "
                       "revocation too, as at GET /auth/verify.",
        .security = "A token that is expired, revoked, forged, rotated, of another server, or of another organization than the program's is "
                    "`{\"active\":false}`, and nothing tells which. The answer holds no secret, and must not be kept longer than an end of access "
                    "may go unnoticed.",
    };
};

struct Revoke {
    using Request = TokenRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/oauth/revoke",
        .operationId = "revoke",
        .access = Access::Client,
        .rateClass = RateClass::Client,
        .successStatus = 200,
        .problems = {ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Resource servers",
        .summary = "Revoke a token",
        .description = "Token revocation (RFC 7009). A refresh token ends its session, with all access tokens of it; so does one that was rotated or "
                       "has expired. An access token ends alone. After `outcome_unknown` repeat it.",
        .security = "Access ends at once, in every instance. The answer to a token that is unknown, has ended or is another organization's than the "
                    "program's is the same 200. Who revokes has to hold the token: credentials alone end nobody's session.",
    };
};

struct AuthorizationServer {
    using Request = NoRequest;
    using Response = ServerMetadata;
    static constexpr EndpointInfo info{
        .method = Method::Get,
        .path = "/.well-known/oauth-authorization-server",
        .operationId = "authorizationServer",
        .access = Access::Public,
        .rateClass = RateClass::Unlimited,
        .successStatus = 200,
        .tag = "Resource servers",
        .summary = "What this server offers to OAuth software",
        .description = "Authorization server metadata (RFC 8414): where the keys, introspection and revocation are.",
        .security = "It is what JWT_ISSUER says, never what a request's Host says. Compare `issuer` with the address that you asked.",
    };
};

} // namespace aegis::endpoints
