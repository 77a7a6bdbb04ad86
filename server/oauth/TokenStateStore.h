#pragma once

#include "server/db/Database.h"
#include "server/sessions/RefreshTokens.h"

namespace aegis {

/// What programs ask of tokens, and do to them, beyond what sessions do themselves.
class TokenStateStore {
public:
    /// Whether a refresh could be had for the token: it is the current one of a session that goes on, of an account and an organization
    /// that are active. Nothing is changed. One round trip, in the tenant of the context.
    static Task<Result<bool>> isCurrent(Database &database, const RequestContext &context, const RefreshTokenFacts &facts, const QByteArray &hash);

    /// Revokes one access token until then, with the events of it; false, and nothing is written, when it was revoked before.
    static Task<Result<bool>> revoke(Database &database, const RequestContext &context, const TokenId &token, Instant revokedUntil,
                                     const QByteArray &events);
};

} // namespace aegis
