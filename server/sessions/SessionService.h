#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/limits/RateLimits.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/SessionOpener.h"
#include "server/sessions/SessionStore.h"
#include "shared/dto/LogoutRequest.h"
#include "shared/dto/MeResponse.h"
#include "shared/dto/RefreshRequest.h"
#include "shared/dto/TokenResponse.h"
#include "shared/dto/VerifyResponse.h"

namespace aegis {

/// What a session goes through once it is open: rotation, being looked at, and its end. Any I/O thread.
class SessionService {
public:
    SessionService(Database &database, const RefreshTokens &refreshTokens, const TokenIssuer &tokens, const SessionOpener &opener,
                   RevocationList &revocations, RateLimits &limits, std::chrono::milliseconds suspicionWindow) :
        m_database(database),
        m_refreshTokens(refreshTokens), m_tokens(tokens), m_opener(opener), m_revocations(revocations), m_limits(limits),
        m_suspicionWindow(suspicionWindow)
    {
    }

    /// The refresh token that a request presents: in its body, which wins, or as a cookie.
    static Result<Secret> presented(const RequestContext &context, std::optional<Secret> inBody);

    /// Rotates the refresh token. One that was rotated before ends its session (RFC 9700, section 4.14.2), unless it is the
    /// direct parent of the current one and was rotated moments ago: then the current one comes back.
    Task<Result<TokenResponse>> refresh(const RequestContext &context, RefreshRequest request) const;

    /// Ends the session of the access token; that of the refresh token too, if it is another one of the same person; with
    /// allDevices every session of the person. Access ends at once. A refresh token that ends nothing is no reason to keep the
    /// rest open: it is passed over (as RFC 7009, section 2.2, has it).
    Task<Result<void>> logout(const RequestContext &context, LogoutRequest request) const;

    Task<Result<MeResponse>> me(const RequestContext &context) const;

    /// What the access token said; the pipeline has checked it. No round trip.
    static Result<VerifyResponse> verify(const RequestContext &context);

private:
    /// That the current token was given out again; and, once in the window, that this was to another network than the rotation.
    Task<Result<void>> recordRepeated(const RequestContext &context, const RefreshTokenFacts &facts, int generation) const;
    /// Ends the session of a token that was used twice, commits that, and gives the problem to answer with.
    Task<Problem> endReused(const RequestContext &context, const RefreshTokenFacts &facts, int currentGeneration) const;
    /// The session of that token, if it is another one of the person; nothing when it is not, or the token is none of ours.
    std::optional<RefreshTokenFacts> otherSession(const RequestContext &context, const Secret &refreshToken) const;
    /// Ends the session of the access token, and that of the refresh token if there is one: both or none.
    Task<Result<void>> endTogether(const RequestContext &context, const std::optional<RefreshTokenFacts> &other) const;
    Task<Result<void>> endAll(const RequestContext &context) const;
    /// The answer to a rotation. Without a refresh token the current one is made again, of what the database said.
    Result<TokenResponse> respond(const RefreshTokenFacts &facts, const SessionStore::Rotation &rotation, std::optional<Secret> refreshToken,
                                  Instant now) const;

    Database &m_database;
    const RefreshTokens &m_refreshTokens;
    const TokenIssuer &m_tokens;
    const SessionOpener &m_opener;
    RevocationList &m_revocations;
    RateLimits &m_limits; ///< for what is told once in the window
    const std::chrono::milliseconds m_suspicionWindow;
};

} // namespace aegis
