#pragma once

#include "tests/bench/Child.h"

namespace aegis::bench {

/// nginx with one worker that answers everything with `return 200` and keeps connections.
class NginxServer {
public:
    enum class AccessLog { Off, On }; ///< on: `combined`, each line written at once, as is its default

    NginxServer(const QString &directory, AccessLog accessLog);

    quint16 port() const { return m_port; }
    /// The worker's process.
    qint64 id() const { return m_worker; }

private:
    const quint16 m_port;
    Child m_child;
    qint64 m_worker = 0;
};

} // namespace aegis::bench
