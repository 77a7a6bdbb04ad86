#pragma once

#include "server/async/Outstanding.h"
#include "server/db/Database.h"
#include "server/http/Authenticator.h"
#include "server/sessions/AccessTokens.h"
#include "server/sessions/RefreshTokens.h"
#include "server/sessions/RevocationList.h"

namespace aegis {

/// Believes an access token: signature and claims, then that neither it nor its session is revoked. All of that is in
/// memory, unless the list of revocations is too old to rely on: then the table is asked, and who cannot be checked is refused,
/// at once while the database owes an answer for longer than that.
class AccessTokenAuthenticator : public http::Authenticator {
public:
    AccessTokenAuthenticator(const AccessTokens &tokens, const RefreshTokens &refreshTokens, const RevocationList &revocations, Database &database,
                             std::chrono::milliseconds maxAge) :
        m_tokens(tokens),
        m_refreshTokens(refreshTokens), m_revocations(revocations), m_database(database), m_maxAge(maxAge)
    {
    }

    std::optional<Result<http::Principal>> authenticateAtOnce(const Secret &bearer, Instant now) override;
    Task<Result<http::Principal>> authenticate(const Secret &bearer, Instant now) override;
    std::optional<SessionId> sessionOfRefreshToken(const Secret &token) const override;

private:
    const AccessTokens &m_tokens;
    const RefreshTokens &m_refreshTokens;
    const RevocationList &m_revocations;
    Database &m_database;
    const std::chrono::milliseconds m_maxAge;
    Outstanding m_reads; ///< of the table
};

} // namespace aegis
