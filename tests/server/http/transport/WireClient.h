#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

namespace aegis::test {

/// An answer as it came over the wire, its body without the transfer coding.
struct WireReply {
    int status = 0;  ///< 0: the connection ended or stayed silent instead
    QByteArray head; ///< status line and fields
    QByteArray body;

    /// Value of the first field of that name; null when there is none.
    QByteArray field(QByteArrayView name) const;
    /// The stable code of a problem document; empty when the body is none.
    QByteArray problemCode() const;
};

/// A client that sends exactly the bytes that it is told to, over a blocking socket of this thread.
class WireClient {
public:
    struct Options {
        const char *source = nullptr; ///< an address of 127.0.0.0/8 to come from; null: 127.0.0.1
        int receiveBuffer = 0;        ///< in bytes, for a client whose kernel takes next to nothing for it; 0: what is usual
    };

    explicit WireClient(quint16 port, const char *address = "127.0.0.1");
    WireClient(quint16 port, const Options &options);
    ~WireClient();
    WireClient(const WireClient &) = delete;
    WireClient &operator=(const WireClient &) = delete;

    bool isConnected() const { return m_descriptor >= 0; }
    /// False when the connection was lost on the way.
    bool send(const QByteArray &bytes);
    /// Reads one answer; no body after one to HEAD.
    WireReply reply(bool isHead = false);
    /// True when the server has ended the connection, after at most that time, with nothing more said.
    bool hasEnded(int milliseconds = 5000);
    /// True when the connection is open and nothing has come within that time.
    bool isSilent(int milliseconds);
    /// Reads what is there now, at most so many bytes.
    QByteArray some(qsizetype most);
    void finishSending();
    /// Ends the connection; with `reset` so that the server's next write or read fails.
    void close(bool reset = false);
    /// Reads all that is there, and what comes: true when the end is a reset.
    bool isReset();
    /// The descriptor of the other end, when that is in this process, and the server has accepted it; else -1.
    int otherEnd() const;
    /// A small receive window, for a client that does not keep up. Before anything was received.
    void readSlowly();

private:
    void connectTo(quint16 port, const char *address);

    enum class Reading { Bytes, End, Silence };
    Reading more(int milliseconds);

    int m_descriptor = -1;
    QByteArray m_received;
};

} // namespace aegis::test
