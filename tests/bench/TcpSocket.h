#pragma once

#include <QtCore/QByteArray>

#include <utility>

namespace aegis::bench {

/// A connection to a port of 127.0.0.1. It blocks until it is told not to.
class TcpSocket {
public:
    /// Connects, from 127.0.0.`source`: a server counts the connections of an address.
    static TcpSocket connectTo(quint16 port, int source = 1);
    TcpSocket(TcpSocket &&other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    TcpSocket &operator=(TcpSocket &&other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    TcpSocket(const TcpSocket &) = delete;
    TcpSocket &operator=(const TcpSocket &) = delete;
    ~TcpSocket();

    int descriptor() const { return m_descriptor; }
    void setBlocking(bool on) const;
    /// False when the other end has gone.
    bool send(QByteArrayView bytes) const;

private:
    explicit TcpSocket(int descriptor) : m_descriptor(descriptor) {}

    int m_descriptor;
};

/// A port of 127.0.0.1 that was free a moment ago.
quint16 freePort();

} // namespace aegis::bench
