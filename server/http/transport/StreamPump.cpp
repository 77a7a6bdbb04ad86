#include "server/http/transport/StreamPump.h"

#include "server/http/transport/ResponseFramer.h"

namespace aegis::http {

StreamPump::StreamPump(std::shared_ptr<StreamSource> source, bool chunked, qint64 pendingLimit, std::function<void()> onWake) :
    m_source(std::move(source)), m_chunked(chunked), m_pendingLimit(pendingLimit)
{
    m_source->setOnWake(std::move(onWake));
}

StreamPump::~StreamPump()
{
    m_source->setOnWake(nullptr);
    m_source->gone(m_complete);
}

StreamPump::Outcome StreamPump::pump(Wire &wire)
{
    while (wire.pending() < m_pendingLimit) {
        if (wire.failed())
            return Outcome::Failed;
        StreamSource::Piece piece = m_source->next();
        const bool empty = piece.bytes.isEmpty();
        if (!empty)
            wire.write(m_chunked ? frameChunk(piece.bytes) : std::move(piece.bytes));
        if (piece.last) {
            if (m_chunked)
                wire.write(lastChunk().toByteArray());
            m_complete = true;
            return Outcome::Done;
        }
        if (empty)
            return Outcome::Waiting;
    }
    return Outcome::Waiting;
}

} // namespace aegis::http
