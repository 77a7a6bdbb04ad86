#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"
#include "shared/text/Secret.h"

#include <QtCore/QStringList>

namespace aegis {

/// A token that a program asks about (RFC 7662, 2.1) or revokes (RFC 7009, 2.1). Credentials of the program may stand beside it; the
/// pipeline reads them.
struct TokenRequest {
    Secret token;
    std::optional<QString> tokenTypeHint;
    std::optional<QString> clientId;
    std::optional<Secret> clientSecret;
};

template <> struct Fields<TokenRequest> {
    static constexpr std::string_view name = "TokenRequest";
    static constexpr std::tuple list{
        field("token", &TokenRequest::token,
              {.in = In::Form,
               .minLength = 1,
               .maxLength = 8192,
               .description = "An access token or a refresh token.",
               .example = "eyJhbGciOiJFUzI1NiJ9..."}),
        field("token_type_hint", &TokenRequest::tokenTypeHint,
              {.in = In::Form, .maxLength = 64, .description = "Passed over: the token says what it is.", .example = "access_token"}),
        field("client_id", &TokenRequest::clientId,
              {.in = In::Form,
               .maxLength = 128,
               .description = "Of the program, when it does not use `Authorization: Basic`.",
               .example = "0193a0f0-7c00-7abc-8def-0000000c11e7"}),
        field("client_secret", &TokenRequest::clientSecret,
              {.in = In::Form,
               .maxLength = 256,
               .description = "Of the program, when it does not use `Authorization: Basic`.",
               .example = "9mEo0ZlC7yZ0vJmLr3vXJrW1gq2l6x0bq5c4dD8fT2k"}),
    };
};

/// What a token is good for (RFC 7662, 2.2). Of one that is good for nothing only that is told.
struct IntrospectionResponse {
    bool active = false;
    std::optional<QString> tokenUse;
    std::optional<QString> tokenType;
    std::optional<QString> issuer;
    std::optional<QString> audience;
    std::optional<UserId> subject;
    std::optional<SessionId> session;
    std::optional<OrganizationId> organization;
    std::optional<QStringList> roles;
    std::optional<QStringList> authMethods;
    std::optional<qint64> authTime; ///< seconds since 1970, as the two that follow
    std::optional<qint64> issuedAt;
    std::optional<qint64> expiresAt;
    std::optional<QString> tokenId;
};

template <> struct Fields<IntrospectionResponse> {
    static constexpr std::string_view name = "IntrospectionResponse";
    static constexpr std::tuple list{
        field("active", &IntrospectionResponse::active,
              {.description = "Whether the token is good now. If not, nothing else is said, whatever the reason.", .example = "true"}),
        field("token_use", &IntrospectionResponse::tokenUse,
              {.values = "access_token,refresh_token", .description = "What it is.", .example = "access_token"}),
        field("token_type", &IntrospectionResponse::tokenType, {.description = "`Bearer`, of an access token.", .example = "Bearer"}),
        field("iss", &IntrospectionResponse::issuer, {.description = "JWT_ISSUER of the server.", .example = "https://auth.example.com"}),
        field("aud", &IntrospectionResponse::audience, {.description = "JWT_AUDIENCE of the server; of an access token.", .example = "aegis"}),
        field("sub", &IntrospectionResponse::subject, {.description = "Id of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("sid", &IntrospectionResponse::session, {.description = "Id of the session.", .example = "0193a0f0-7c00-7abc-8def-00000000beef"}),
        field("org", &IntrospectionResponse::organization,
              {.description = "Id of the organization; absent when the session is in none.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("roles", &IntrospectionResponse::roles,
              {.description = "Roles in that organization; of an access token.", .example = "ORGANIZATION_OWNER"}),
        field("amr", &IntrospectionResponse::authMethods,
              {.description = "How the person proved who they are (RFC 8176); of an access token.", .example = "pwd"}),
        field("auth_time", &IntrospectionResponse::authTime,
              {.description = "When that was, in seconds since 1970; of an access token.", .example = "1700000000"}),
        field("iat", &IntrospectionResponse::issuedAt, {.description = "When it was made, in seconds since 1970.", .example = "1700000000"}),
        field("exp", &IntrospectionResponse::expiresAt, {.description = "When it expires, in seconds since 1970.", .example = "1700000900"}),
        field("jti", &IntrospectionResponse::tokenId,
              {.description = "Id of the token; of an access token.", .example = "0193a0f0-7c00-7abc-8def-00000000f00d"}),
    };
};

} // namespace aegis
