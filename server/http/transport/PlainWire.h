#pragma once

#include "server/http/transport/Wire.h"

#include <QtCore/QSocketNotifier>

#include <optional>

namespace aegis::http {

/// TCP without encryption, by the system calls themselves: one recv(2) and one send(2) for a small exchange.
class PlainWire : public Wire {
public:
    /// Takes the descriptor over; it must be non-blocking.
    PlainWire(int descriptor, Listener &listener);
    ~PlainWire() override;
    PlainWire(const PlainWire &) = delete;
    PlainWire &operator=(const PlainWire &) = delete;

    qint64 read(char *buffer, qint64 size) override;
    void write(QByteArray bytes) override;
    qint64 pending() const override { return m_pending.size() - m_sent; }
    qint64 unconfirmed() const override;
    void setReading(bool on) override;
    bool failed() const override { return m_failed; }
    void finishWriting(bool mayBeSending) override;
    void forsake() override;
    void close() override;

private:
    qint64 send(QByteArrayView bytes);
    void onWritable();

    int m_descriptor;
    Listener &m_listener;
    QSocketNotifier m_readable;
    std::optional<QSocketNotifier> m_writable; ///< made when a peer first does not keep up
    QByteArray m_pending;
    qsizetype m_sent = 0; ///< how much of m_pending has left
    bool m_failed = false;
    bool m_finished = false; ///< its end was sent, too, which the kernel counts as a byte
};

} // namespace aegis::http
