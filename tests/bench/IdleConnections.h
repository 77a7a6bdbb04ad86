#pragma once

#include "tests/bench/TcpSocket.h"

#include <vector>

namespace aegis::bench {

/// Connections that have made one request and now wait. They end with this object.
class IdleConnections {
public:
    /// Opens them from several addresses of 127.0.0.0/8, because the server takes 256 of one at most.
    IdleConnections(quint16 port, int count, const QByteArray &request);

private:
    std::vector<TcpSocket> m_sockets;
};

} // namespace aegis::bench
