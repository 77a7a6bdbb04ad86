#pragma once

#include "server/http/transport/HttpReply.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

namespace aegis::http {

/// What the framing of an answer depends on besides the answer.
struct Framing {
    bool isHead = false;   ///< the request was HEAD: no body follows
    bool isHttp10 = false; ///< the client knows no chunks and closes unless told otherwise
    bool close = false;    ///< the connection ends with this answer
};

/// Whether bytes may follow the head: not for HEAD, 204 and 304 (RFC 9112, 6.3).
bool mayHaveBody(int status, bool isHead);

/// The bytes of an answer: status line, Date, its fields, framing, and the body unless it is a stream's. Fields that the
/// transport writes itself, and fields that cannot stand in a head (RFC 9110, 5.5), are left out.
QByteArray frameReply(const HttpReply &reply, Framing framing);

/// One chunk of the chunked transfer coding (RFC 9112, 7.1); an empty piece gives nothing, for it would end the body.
QByteArray frameChunk(QByteArrayView piece);
/// What ends a chunked body.
QByteArrayView lastChunk();

} // namespace aegis::http
