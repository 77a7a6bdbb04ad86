#pragma once

#include "server/http/transport/Wire.h"

#include <QtCore/QObject>
#include <QtNetwork/QSslConfiguration>

class QSslSocket;

namespace aegis::http {

/// TLS over TCP, by Qt's own socket.
class TlsWire : public Wire {
public:
    /// Takes the descriptor over and begins the handshake as a server.
    TlsWire(int descriptor, const QSslConfiguration &configuration, Listener &listener);
    ~TlsWire() override;
    TlsWire(const TlsWire &) = delete;
    TlsWire &operator=(const TlsWire &) = delete;

    qint64 read(char *buffer, qint64 size) override;
    void write(QByteArray bytes) override;
    qint64 pending() const override;
    qint64 unconfirmed() const override;
    void setReading(bool on) override;
    bool failed() const override;
    void finishWriting(bool mayBeSending) override;
    void forsake() override;
    void close() override;

private:
    void readAgain();

    Listener &m_listener;
    QObject m_context; ///< of the connections: they end with this
    QSslSocket *m_socket;
    bool m_reading = true;
};

} // namespace aegis::http
