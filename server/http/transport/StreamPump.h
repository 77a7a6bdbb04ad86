#pragma once

#include "server/http/transport/StreamSource.h"
#include "server/http/transport/Wire.h"

#include <memory>

namespace aegis::http {

/// Moves the pieces of one stream to the wire, as fast as the peer takes them. I/O thread only.
class StreamPump {
public:
    enum class Outcome {
        Waiting, ///< for the peer or for the source
        Done,    ///< all is written
        Failed,  ///< the peer is gone
    };

    /// `onWake` is called, on any thread, when the source has something again.
    StreamPump(std::shared_ptr<StreamSource> source, bool chunked, qint64 pendingLimit, std::function<void()> onWake);
    /// Tells the source that it is over, if it was not told before.
    ~StreamPump();
    StreamPump(const StreamPump &) = delete;
    StreamPump &operator=(const StreamPump &) = delete;

    Outcome pump(Wire &wire);
    void finishSoon() { m_source->finishSoon(); }

private:
    const std::shared_ptr<StreamSource> m_source;
    const bool m_chunked;
    const qint64 m_pendingLimit;
    bool m_complete = false;
};

} // namespace aegis::http
