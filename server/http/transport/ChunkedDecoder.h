#pragma once

#include "server/http/transport/MessageFault.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <optional>

namespace aegis::http {

/// Undoes the chunked transfer coding (RFC 9112, 7.1), strictly: CRLF and nothing else ends a line, sizes are at most
/// eight hexadecimal digits. Chunk extensions and trailer fields are checked for their bytes, bounded and dropped.
class ChunkedDecoder {
public:
    enum class Outcome { NeedMore, Done, Refused };

    /// Begins a new body, which may have so many bytes when decoded.
    void reset(qsizetype maximumBytes);
    /// Takes what it can off the front of `input` and appends the decoded bytes to `body`. What is left of the input is
    /// either the beginning of a line (to be offered again with more bytes) or what follows the body.
    Outcome decode(QByteArrayView &input, QByteArray &body);
    const MessageFault &refusal() const { return m_refusal; }

private:
    enum class State { Size, Data, DataEnd, Trailer };

    Outcome refuse(MessageFault fault);
    std::optional<MessageFault> readSize(QByteArrayView line, qsizetype bodySize);

    qsizetype m_maximumBytes = 0;
    State m_state = State::Size;
    qsizetype m_left = 0; ///< of the data of the present chunk
    int m_trailers = 0;
    MessageFault m_refusal;
};

} // namespace aegis::http
