#pragma once

#include "server/http/IssuedTokens.h"
#include "server/http/transport/HttpReply.h"
#include "server/http/transport/HttpRequest.h"
#include "shared/result/Result.h"

#include <vector>

namespace aegis::http {

/// Tokens in cookies, for web clients (RFC 6265bis). The access cookie belongs to this host alone (`__Host-`: no other host can
/// set or overwrite it), that of the refresh token is only sent where it is used. Neither can be read by a script, and none is sent
/// with a request that another site causes.
namespace token_cookies {

inline constexpr QByteArrayView accessName = "__Host-aegis-access";
inline constexpr QByteArrayView refreshName = "__Secure-aegis-refresh";
inline constexpr QByteArrayView csrfName = "__Host-aegis-csrf";

/// A cookie of a request: not there when empty.
using Values = std::vector<Secret>;

/// What a request has brought of them.
struct Received {
    Values accessToken;
    Values refreshToken;
    Values csrfToken;
};

Received receivedIn(const HttpRequest &request);

/// The one value of a cookie that is there and that counts for this request. `malformed_request` when it stands twice: somebody on
/// another host of the site may have planted the other one, and there is no telling which. Where it does not count that does no harm.
Result<Secret> theOnly(const Values &values);

/// Whether the client wants cookies (`X-Token-Delivery: cookie`). `body` is what happens without it; another word is
/// `malformed_request`.
Result<bool> areWanted(const HttpRequest &request);

/// What a script has to send as `X-CSRF-Token`: keyed and bound to the session, so that one of another session is of no use.
QByteArray csrfTokenOf(const SessionId &session, const Secret &key);

/// Adds the cookies of the tokens, and the CSRF token as a cookie that a script of this host can read and as `X-CSRF-Token` for
/// pages of another one. The address of the request says under which of the two (bare, `/v1`) the client refreshes.
void set(const IssuedTokens &tokens, const HttpRequest &request, const Secret &csrfKey, HeaderList &headers);

/// Makes the client forget all of them.
void clear(HeaderList &headers);

} // namespace token_cookies

} // namespace aegis::http
