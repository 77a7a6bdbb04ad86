#pragma once

#include "server/http/transport/HeaderFields.h"

#include <QtCore/QByteArray>
#include <QtNetwork/QHostAddress>

namespace aegis::http {

/// One complete request, as the strict parser has let it through (RFC 9112). A value; no thread rules.
struct HttpRequest {
    QByteArray method;    ///< upper case, one of GET HEAD POST PUT PATCH DELETE OPTIONS
    QByteArray target;    ///< as it came: origin-form, or `*` of OPTIONS
    QByteArray path;      ///< percent-decoded and valid UTF-8: no control byte, no escaped `/` or `\`, no dot segment
    QByteArray query;     ///< what follows `?`, still encoded, every escape well-formed; empty when there is none
    HeaderFields headers; ///< without the fields that concern this connection only (Connection, Transfer-Encoding, ...)
    QByteArray body;      ///< whole and without its transfer coding
    QHostAddress peer;    ///< the other end of the connection, which may be a proxy; IPv4 also on a dual-stack socket
    quint16 peerPort = 0;
    bool tls = false; ///< whether the connection is encrypted up to here
};

} // namespace aegis::http
