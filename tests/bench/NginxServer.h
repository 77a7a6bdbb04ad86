#pragma once

#include "tests/bench/Child.h"

namespace aegis::bench {

/// nginx with one worker that answers everything with `return 200`, keeps connections and writes no log.
class NginxServer {
public:
    explicit NginxServer(const QString &directory);

    quint16 port() const { return m_port; }
    /// The worker's process.
    qint64 id() const { return m_worker; }

private:
    const quint16 m_port;
    Child m_child;
    qint64 m_worker = 0;
};

} // namespace aegis::bench
