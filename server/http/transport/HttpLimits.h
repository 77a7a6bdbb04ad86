#pragma once

#include <QtCore/QtGlobal>

#include <chrono>

namespace aegis::http {

/// What one client can take of the server before it is refused. All times are checked by one sweep four times a second,
/// so they end up to 250 ms late.
struct HttpLimits {
    qsizetype headBytes = 16 * 1024;   ///< request line and fields: a cookie and two tokens with room to spare (431)
    qsizetype targetBytes = 4096;      ///< of the request line: the longest query that the API knows is a tenth (414)
    int headerFields = 64;             ///< browsers behind two proxies send about 30 (431)
    qsizetype bodyBytes = 1024 * 1024; ///< the largest request is an import page of some 100 KiB (413)

    std::chrono::milliseconds head{5'000};     ///< from the first byte to the end of the head; also for the TLS handshake (408)
    std::chrono::milliseconds body{20'000};    ///< for the body: 1 MiB at 50 KiB/s (408)
    std::chrono::milliseconds idle{15'000};    ///< between two requests of a connection; proxies reuse within seconds
    std::chrono::milliseconds handler{30'000}; ///< for an answer to begin; beyond it clients have given up (503)
    std::chrono::milliseconds write{20'000};   ///< without the client taking a byte of the answer
    std::chrono::milliseconds linger{1'500};   ///< after a closing answer, so that the client reads it before a reset

    int kernelBuffer = 64 * 1024; ///< of each direction of a connection, which the kernel doubles for its own needs; 1 MB/s at 100 ms

    int connections = 4096;              ///< of all addresses together: some 50 MB when all are idle
    int connectionsPerAddress = 256;     ///< of one IPv4 address or IPv6 /64: a large office behind one NAT
    int requestsPerConnection = 10'000;  ///< then the client connects anew, which spreads it over the I/O threads again
    qsizetype pendingWrite = 256 * 1024; ///< of a stream: what may wait in memory for a slow client
};

} // namespace aegis::http
