#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

namespace aegis::http {

/// The bytes of one accepted connection, plain or encrypted. Lives on one I/O thread and never waits.
class Wire {
public:
    /// Whom the wire tells what has happened; it must not destroy the wire from within these.
    class Listener {
    public:
        virtual void wireReady() = 0;    ///< once, when bytes can flow (after the TLS handshake)
        virtual void wireReadable() = 0; ///< there are bytes, or the end, to read
        virtual void wireSent() = 0;     ///< some of what was pending has left
        virtual void wireFailed() = 0;   ///< nothing can be sent or received any more
    protected:
        ~Listener() = default;
    };

    virtual ~Wire() = default;

    /// Reads up to `size` bytes: their number, 0 when there are none at present, -1 when there will be none.
    virtual qint64 read(char *buffer, qint64 size) = 0;
    /// Sends, or keeps for later what does not leave at once.
    virtual void write(QByteArray bytes) = 0;
    /// Bytes that were written but have not left.
    virtual qint64 pending() const = 0;
    /// Bytes that the peer's kernel has not confirmed yet, of those that have left; for them alone this must stay open.
    virtual qint64 unconfirmed() const = 0;
    /// While paused the peer's bytes stay in the kernel, which slows the peer down.
    virtual void setReading(bool on) = 0;
    /// True when what is written will not arrive any more.
    virtual bool failed() const = 0;
    /// Tells the peer that nothing more will come. Reading goes on until the peer ends, too, so that what it is still
    /// sending does not make the kernel throw away what it has not read yet; `mayBeSending` says whether it could be.
    virtual void finishWriting(bool mayBeSending) = 0;
    /// Has close() throw away what is unconfirmed, by a reset. Else the kernel goes on to offer it to a peer that may never
    /// take it, and nobody counts that memory any more.
    virtual void forsake() = 0;
    /// At once, whatever is pending; the listener hears nothing more.
    virtual void close() = 0;
};

} // namespace aegis::http
