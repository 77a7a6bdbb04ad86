#pragma once

#include <QtNetwork/QTcpSocket>

#include <functional>

namespace aegis::http {

/// The QTcpSocket that QHttpServer believes to serve. It has no wire: each time it offers the same minimal request, whose
/// missing handler takes the real one from the guard, and what QHttpServer would say to it goes nowhere. I/O thread only.
class StandInSocket : public QTcpSocket {
public:
    StandInSocket(const QHostAddress &peer, quint16 peerPort);
    ~StandInSocket() override;
    Q_DISABLE_COPY_MOVE(StandInSocket)

    qint64 bytesAvailable() const override;
    qint64 bytesToWrite() const override { return 0; }
    void disconnectFromHost() override {}
    void close() override {}

protected:
    /// Lets QHttpServer dispatch one request, before it returns. `announce` makes this known to it, the first time.
    void offerRequest(const std::function<void()> &announce);
    /// Has this deleted, by QHttpServer if that knows it, when nobody is inside it any more.
    void leave();

    qint64 readData(char *data, qint64 maximum) override;
    qint64 writeData(const char *data, qint64 size) override;

private:
    qsizetype m_unread = 0; ///< bytes of the minimal request
    bool m_announced = false;
};

} // namespace aegis::http
