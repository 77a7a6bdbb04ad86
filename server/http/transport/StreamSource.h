#pragma once

#include <QtCore/QByteArray>

#include <functional>
#include <mutex>

namespace aegis::http {

/// A body that is produced while it is sent (export, live feed). The transport pulls as fast as the client reads, never
/// faster, so an export needs no more memory than a few pieces. Everything but wake() happens on the connection's I/O
/// thread.
class StreamSource {
public:
    struct Piece {
        QByteArray bytes;  ///< empty and not last: nothing at present, wake() will be called
        bool last = false; ///< the body ends with these bytes
    };

    virtual ~StreamSource() = default;

    /// The next piece, some ten kilobytes at best. It must not wait. A client that takes nothing for the write time-out,
    /// or a source that gives nothing for so long, ends the connection: a live feed sends a comment line sooner.
    virtual Piece next() = 0;
    /// Called once when the stream is over: sent whole (`complete`), or the client has gone.
    virtual void gone(bool complete) { static_cast<void>(complete); }
    /// The server is going down: a feed without an end should end with its next piece.
    virtual void finishSoon() {}

    /// There is something again. Any thread; calls fold into one.
    void wake()
    {
        const std::lock_guard lock(m_mutex);
        if (m_onWake)
            m_onWake();
    }

private:
    friend class StreamPump;
    void setOnWake(std::function<void()> onWake)
    {
        const std::lock_guard lock(m_mutex);
        m_onWake = std::move(onWake);
    }

    std::mutex m_mutex;
    std::function<void()> m_onWake;
};

} // namespace aegis::http
