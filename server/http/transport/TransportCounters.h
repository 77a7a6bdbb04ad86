#pragma once

#include <QtCore/QtGlobal>

#include <atomic>

namespace aegis::http {

/// What the I/O threads count together, since the server was made. Any thread may read.
struct TransportCounters {
    std::atomic<quint64> refusedConnections{0}; ///< closed at once: there were too many, in all or of that address
    std::atomic<quint64> endedForOthers{0};     ///< had waited longest for their clients when there were too many in all
    std::atomic<quint64> acceptFailures{0};     ///< times that none could be accepted, for lack of descriptors above all
    std::atomic<quint64> failedHandshakes{0};   ///< connections that ended before TLS had begun
};

} // namespace aegis::http
