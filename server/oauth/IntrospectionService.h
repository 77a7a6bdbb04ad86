#pragma once

#include "server/db/Database.h"
#include "server/http/Authenticator.h"
#include "server/sessions/AccessTokens.h"
#include "server/sessions/RefreshTokens.h"
#include "shared/dto/Introspection.h"

namespace aegis {

/// Tells programs what tokens are good for (RFC 7662). Access tokens are judged as GET /auth/verify judges them, from memory; a refresh
/// token is one question to the database. Any I/O thread.
class IntrospectionService {
public:
    struct Names {
        QString issuer;
        QString audience;
    };

    IntrospectionService(Database &database, const AccessTokens &accessTokens, http::Authenticator &authenticator, const RefreshTokens &refreshTokens,
                         Names names) :
        m_database(database),
        m_accessTokens(accessTokens), m_authenticator(authenticator), m_refreshTokens(refreshTokens), m_names(std::move(names))
    {
    }

    /// The context says which program asks. `revocation_unavailable` or a problem of the database when it cannot be told.
    Task<Result<IntrospectionResponse>> introspect(const RequestContext &context, TokenRequest request) const;

private:
    Task<Result<IntrospectionResponse>> ofAccessToken(const RequestContext &context, const Secret &token, const AccessGrant &grant) const;
    Task<Result<IntrospectionResponse>> ofRefreshToken(const RequestContext &context, const Secret &token) const;

    Database &m_database;
    const AccessTokens &m_accessTokens;
    http::Authenticator &m_authenticator;
    const RefreshTokens &m_refreshTokens;
    const Names m_names;
};

/// Whether a program may ask about tokens of that organization (nil: of a person in none).
inline bool mayAskAbout(const ClientApplication &application, const OrganizationId &organization)
{
    return application.organization.isNil() || application.organization == organization;
}

} // namespace aegis
