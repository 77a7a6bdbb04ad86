#pragma once

#include "server/async/Task.h"
#include "server/http/Principal.h"
#include "shared/result/Result.h"

#include <optional>

namespace aegis::http {

/// Turns an access token into who it speaks for. Used by all I/O threads at once; it must not wait.
class Authenticator {
public:
    Authenticator() = default;
    Authenticator(const Authenticator &) = delete;
    Authenticator &operator=(const Authenticator &) = delete;
    virtual ~Authenticator() = default;

    /// Answers at once where that can be done from memory (a remembered token, a token that is plainly wrong); nothing:
    /// authenticate() has to be asked. The default knows nothing at once.
    virtual std::optional<Result<Principal>> authenticateAtOnce(const Secret &bearer, Instant now)
    {
        static_cast<void>(bearer);
        static_cast<void>(now);
        return std::nullopt;
    }
    /// Answers with the principal, or with `invalid_token` or `revocation_unavailable`. The token outlives the task.
    virtual Task<Result<Principal>> authenticate(const Secret &bearer, Instant now) = 0;
    /// The session that a refresh token names, however old; nothing when it is none of ours.
    virtual std::optional<SessionId> sessionOfRefreshToken(const Secret &token) const
    {
        static_cast<void>(token);
        return std::nullopt;
    }
};

} // namespace aegis::http
