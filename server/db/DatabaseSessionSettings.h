#pragma once

#include <QtCore/QByteArray>

#include <chrono>

namespace aegis {

/// What each connection is set to when it opens.
struct DatabaseSessionSettings {
    QByteArray applicationName = "aegisd";
    QByteArray searchPath = "aegis, pg_temp";
    std::chrono::milliseconds statementTimeout{10'000};         ///< 0: none
    std::chrono::milliseconds lockTimeout{3'000};               ///< 0: none
    std::chrono::milliseconds idleInTransactionTimeout{15'000}; ///< 0: none
    /// Beyond statementTimeout, after which a server that does not answer is taken for gone. With the default timeout that is
    /// early enough for a client to repeat a refresh of unknown outcome within REFRESH_GRACE.
    std::chrono::milliseconds answerGrace{2'000};
    /// A transaction pooler (PgBouncer in transaction mode) stands between: nothing is prepared by name, and the settings go
    /// with each transaction.
    bool behindPooler = false;
};

} // namespace aegis
