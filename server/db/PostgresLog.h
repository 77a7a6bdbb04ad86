#pragma once

#include "server/db/PostgresProcess.h"

#include <QtCore/QString>

namespace aegis {

/// The file that the private cluster and initdb write their messages to, touched with the rights of their account alone. Used
/// by one thread at a time.
class PostgresLog {
public:
    static constexpr qint64 mostBytes = 10'000'000;

    /// The account must outlive it.
    PostgresLog(QString path, const SystemAccount &account) : m_path(std::move(path)), m_account(account) {}

    const QString &path() const { return m_path; }

    /// Carries it over to `postgres.log.1` when it has grown beyond `mostBytes`; the server may be running.
    void bound() const;
    /// What is written from now on belongs to the next start.
    void mark();
    /// The last grave line since then, and where it stands, for a problem's sentence.
    QString lastWords() const;

private:
    const QString m_path;
    const SystemAccount &m_account;
    qint64 m_begin = 0;
};

} // namespace aegis
