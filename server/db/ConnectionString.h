#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <map>

namespace aegis {

/// Where a PostgreSQL is and as whom to log in: `postgres://user@host1,host2/db?target_session_attrs=read-write`, or the
/// `key=value` form (PostgreSQL's manual, 34.1.1). The password is apart from the rest, so the rest may be logged.
class ConnectionString {
public:
    ConnectionString() = default;

    /// Reads DATABASE_URL. The problem's detail is a sentence for the operator; it does not repeat the password.
    static Result<ConnectionString> parse(const QString &text);
    /// What is wrong with it, as a sentence that begins after the name of its setting; empty: nothing. It repeats no password.
    static QString faultIn(const QString &text);
    /// The socket of a cluster on this machine.
    static ConnectionString socket(const QString &directory, const QByteArray &role, const QByteArray &database);

    /// The value of a keyword of libpq (`host`, `dbname`, `user`); empty when it is not given. Not for the password.
    QByteArray value(const QByteArray &keyword) const;
    const Secret &password() const { return m_password; }
    /// The same with a keyword changed; an empty value takes it away.
    ConnectionString with(const QByteArray &keyword, const QByteArray &value) const;

    /// All but the password, and but host, dbname and user, as `key='value'` pairs.
    QByteArray remainingOptions() const;
    /// For the log and for people: host, database, user and the like, no password of any kind.
    QString description() const;

private:
    std::map<QByteArray, QByteArray> m_values;
    Secret m_password;
};

} // namespace aegis
