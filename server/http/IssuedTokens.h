#pragma once

#include "shared/endpoints/Endpoint.h"
#include "shared/ids/Id.h"
#include "shared/text/Secret.h"

#include <optional>
#include <variant>

namespace aegis::http {

/// The tokens of an answer, on their way into cookies.
struct IssuedTokens {
    std::optional<Secret> accessToken;
    std::optional<Secret> refreshToken;
    qint64 expiresIn = 0;        ///< seconds
    qint64 refreshExpiresIn = 0; ///< seconds; 0: the cookie of the refresh token stays what it is
    SessionId session;
};

/// Takes the tokens out of an answer, so that its body is without them; nothing when it has none.
template <class Response> std::optional<IssuedTokens> takeTokens(Response &response)
{
    if constexpr (OneOf<Response>) {
        return std::visit([](auto &one) { return takeTokens(one); }, static_cast<typename Response::Alternatives &>(response));
    } else if constexpr (requires { response.accessToken.reset(); }) {
        IssuedTokens tokens{.accessToken = std::move(response.accessToken),
                            .refreshToken = {},
                            .expiresIn = response.expiresIn,
                            .refreshExpiresIn = 0,
                            .session = response.sessionId};
        response.accessToken.reset();
        if constexpr (requires { response.refreshToken.reset(); }) {
            tokens.refreshToken = std::move(response.refreshToken);
            tokens.refreshExpiresIn = response.refreshExpiresIn;
            response.refreshToken.reset();
        }
        return tokens;
    } else {
        return std::nullopt;
    }
}

} // namespace aegis::http
