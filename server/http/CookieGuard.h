#pragma once

#include "server/http/ClientAddress.h"
#include "server/http/Cors.h"
#include "server/http/TokenCookies.h"

namespace aegis::http {

/// Decides whether a request that a browser has added cookies to was meant by a page that may (OWASP's CSRF Prevention Cheat
/// Sheet: origin check, and a double-submit token that is signed and bound to the session). Cookies alone change nothing.
/// All three outlive it. Any thread.
class CookieGuard {
public:
    CookieGuard(const Cors &cors, const ClientAddress &clientAddress, const Secret &key) : m_cors(cors), m_clientAddress(clientAddress), m_key(key) {}

    /// For a write that cookies authenticate: `origin_not_allowed` unless `Origin` is there and is one of CORS_ORIGINS or this
    /// server's own; `csrf_token_invalid` unless `X-CSRF-Token` is that of the session and of the cookie.
    Result<void> checkWrite(const HttpRequest &request, const token_cookies::Received &cookies, const SessionId &session) const;

    /// For a call that a proxy asks about (`/auth/verify`) and that a cookie authenticates. What the proxy lets through with it may
    /// change anything, so `origin_not_allowed` unless `Origin` is as above; or is not there, and the proxy says that the call is safe
    /// (RFC 9110, section 9.2.1): in X-Forwarded-Method or X-Original-Method, which no form and no page of another origin can send.
    Result<void> checkProxied(const HttpRequest &request) const;

    /// Whether the CSRF token that came as a cookie is that of the session: then the page may be told it, which has lost it.
    bool hasItsCookie(const token_cookies::Received &cookies, const SessionId &session) const;

    /// For a call whose answer sets cookies: a page that may not call cannot make its reader log in as somebody else. No `Origin`
    /// is no browser, or not a page's doing.
    Result<void> checkOrigin(const HttpRequest &request) const;

private:
    bool isOwnOrigin(const HttpRequest &request, QByteArrayView origin) const;

    const Cors &m_cors;
    const ClientAddress &m_clientAddress;
    const Secret &m_key;
};

} // namespace aegis::http
