#pragma once

#include "tests/bench/AegisServer.h"

namespace aegis::bench {

/// `pgbench` on the cluster of a running aegisd, with the server's statements: as the same role, prepared, and with the
/// tenant set in the same round trip. Each of its clients has a session of its own, which is made here.
class PgBench {
public:
    static constexpr int clients = 8; ///< as many as aegisd has connections

    PgBench(const AegisServer &server, const QString &directory, Account account);

    /// Rotations of refresh tokens a second.
    double rotationsPerSecond(int seconds);
    /// Reads of `GET /auth/me` a second.
    double readsPerSecond(int seconds);

private:
    void makeSessions();
    void administrate(const QByteArray &sql) const;
    double transactionsPerSecond(const QByteArray &script, int seconds) const;

    const QString m_socket;
    const QString m_directory;
    const Account m_account;
    int m_round = 0;
};

} // namespace aegis::bench
