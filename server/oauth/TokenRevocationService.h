#pragma once

#include "server/db/Database.h"
#include "server/sessions/AccessTokens.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/TokenIssuer.h"
#include "shared/dto/Introspection.h"

namespace aegis {

/// Revokes tokens that programs present (RFC 7009): an access token alone, with a refresh token its whole session. Any I/O thread.
class TokenRevocationService {
public:
    TokenRevocationService(Database &database, const AccessTokens &accessTokens, const RefreshTokens &refreshTokens, const TokenIssuer &tokens,
                           RevocationList &revocations) :
        m_database(database),
        m_accessTokens(accessTokens), m_refreshTokens(refreshTokens), m_tokens(tokens), m_revocations(revocations)
    {
    }

    /// The context says which program asks. What is no good token of ours, or not within its rights, is passed over (section 2.2).
    Task<Result<void>> revoke(const RequestContext &context, TokenRequest request) const;

private:
    Task<Result<void>> revokeAccess(const RequestContext &context, const AccessGrant &grant) const;
    Task<Result<void>> endSession(const RequestContext &context, const RefreshTokenFacts &facts) const;

    Database &m_database;
    const AccessTokens &m_accessTokens;
    const RefreshTokens &m_refreshTokens;
    const TokenIssuer &m_tokens;
    RevocationList &m_revocations;
};

} // namespace aegis
