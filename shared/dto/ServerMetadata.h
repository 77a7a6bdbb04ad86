#pragma once

#include "shared/json/Field.h"

#include <QtCore/QStringList>

namespace aegis {

/// What this server offers to OAuth clients and resource servers (RFC 8414, 2).
struct ServerMetadata {
    QString issuer;
    QString jwksUri;
    QString introspectionEndpoint;
    QStringList introspectionAuthMethods;
    QString revocationEndpoint;
    QStringList revocationAuthMethods;
    QStringList responseTypes;
    QStringList grantTypes;
    QString serviceDocumentation;
    QString cacheControl;
};

template <> struct Fields<ServerMetadata> {
    static constexpr std::string_view name = "ServerMetadata";
    static constexpr std::tuple list{
        field("issuer", &ServerMetadata::issuer, {.description = "`iss` of its tokens.", .example = "https://auth.example.com"}),
        field("jwks_uri", &ServerMetadata::jwksUri,
              {.description = "Where its public keys are.", .example = "https://auth.example.com/.well-known/jwks.json"}),
        field("introspection_endpoint", &ServerMetadata::introspectionEndpoint,
              {.description = "Where programs ask about tokens (RFC 7662).", .example = "https://auth.example.com/oauth/introspect"}),
        field("introspection_endpoint_auth_methods_supported", &ServerMetadata::introspectionAuthMethods,
              {.description = "How they authenticate.", .example = "client_secret_basic,client_secret_post"}),
        field("revocation_endpoint", &ServerMetadata::revocationEndpoint,
              {.description = "Where they revoke them (RFC 7009).", .example = "https://auth.example.com/oauth/revoke"}),
        field("revocation_endpoint_auth_methods_supported", &ServerMetadata::revocationAuthMethods,
              {.description = "How they authenticate.", .example = "client_secret_basic,client_secret_post"}),
        field("response_types_supported", &ServerMetadata::responseTypes,
              {.description = "Empty: there is no authorization endpoint, people log in by POST /auth/login.", .example = ""}),
        field("grant_types_supported", &ServerMetadata::grantTypes,
              {.description = "Empty: there is no token endpoint, sessions go on by POST /auth/refresh.", .example = ""}),
        field("service_documentation", &ServerMetadata::serviceDocumentation,
              {.description = "A page for developers.", .example = "https://auth.example.com/docs"}),
        field("Cache-Control", &ServerMetadata::cacheControl,
              {.in = In::Header, .description = "How long it may be kept (JWKS_MAX_AGE).", .example = "public, max-age=300"}),
    };
};

} // namespace aegis
