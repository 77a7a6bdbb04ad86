#pragma once

#include "server/http/transport/HttpReply.h"

namespace aegis::http {

/// Adds what tells a browser to be careful with the answer: no guessing of types, no frames, no scripts, no referrer, no
/// store. `Cache-Control` and `Content-Security-Policy` that the answer has already stay as they are.
/// Strict-Transport-Security only when asked for: it may be said on encrypted connections alone (RFC 6797, 7.2).
void addSecurityHeaders(HttpReply &reply, bool withHsts);

} // namespace aegis::http
