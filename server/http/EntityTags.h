#pragma once

#include "server/http/transport/HttpReply.h"
#include "server/http/transport/HttpRequest.h"

namespace aegis::http {

/// Whether `If-None-Match` names the entity tag: `*`, or a list of tags of which one is the same by weak comparison, in
/// which `W/"a"` and `"a"` are the same (RFC 9110, 8.8.3.2 and 13.1.2). What is no such list names nothing.
bool namesEntityTag(QByteArrayView ifNoneMatch, QByteArrayView tag);

/// Makes a successful answer to GET or HEAD, whose entity tag the client has already, a 304 without a body.
void leaveOutWhatTheClientHas(const HttpRequest &request, HttpReply &reply);

} // namespace aegis::http
