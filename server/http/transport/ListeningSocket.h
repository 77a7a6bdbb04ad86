#pragma once

#include "server/http/transport/HttpLimits.h"
#include "shared/result/Result.h"

#include <QtNetwork/QHostAddress>

namespace aegis::http {

/// Makes sure that nobody else listens there. Several sockets share a port (SO_REUSEPORT), which would otherwise let a
/// second instance of the server take half of the first one's connections. Gives the port, a free one for port 0.
/// `conflict` when the port is taken, `internal` when the address cannot be listened on.
Result<quint16> probePort(const QHostAddress &address, quint16 port);

/// A listening, non-blocking socket that shares its port with others of this user. Its owner closes it. What it accepts has
/// its options: buffers of a fixed size in the kernel, which else grow to 4 MB for whoever asks much and reads nothing, and an
/// end when the peer has taken nothing for as long as `limits.write`.
Result<int> listenShared(const QHostAddress &address, quint16 port, const HttpLimits &limits);

} // namespace aegis::http
