#pragma once

#include "server/db/ConnectionString.h"
#include "server/db/Rows.h"
#include "server/db/DatabaseSessionSettings.h"
#include "server/db/Sql.h"
#include "server/db/SqlState.h"

#include <QtSql/QSqlDatabase>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

struct pg_conn;

namespace aegis {

struct DatabaseCounters;

/// One statement with its values.
struct Command {
    Sql sql;
    Parameters parameters;
};

/// What came back for a list of commands: the answers up to the first error, and the error.
struct Exchange {
    std::vector<Rows> answers;
    std::optional<SqlError> error; ///< of the command after the last answer
    bool isLost = false;           ///< the connection is gone
};

/// What a NOTIFY told.
struct Notification {
    QByteArray channel;
    QByteArray payload;
};

/// A connection of Qt's QPSQL driver, whose statements run on its libpq handle: prepared once, values apart from the text,
/// several in one round trip. It belongs to the thread that opened it.
class Connection {
public:
    static Result<std::unique_ptr<Connection>> open(const ConnectionString &target, const DatabaseSessionSettings &settings,
                                                    DatabaseCounters *counters = nullptr);
    ~Connection();
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    /// Whether the server has not hung up, as far as this side can know without asking it.
    bool isUsable();

    /// Sends the commands and a Sync, and waits for all answers: one round trip. Outside of a transaction block they are
    /// one transaction (PostgreSQL's manual, 55.2.4). Values must be valid.
    Exchange exchange(std::span<const Command> commands);
    /// Statements separated by semicolons, without values.
    std::optional<SqlError> script(const QByteArray &text);

    /// After `script("listen ...")`: what has been notified; when there is nothing yet it waits so long for the first. When
    /// the connection was lost it returns at once, and isUsable() tells.
    std::vector<Notification> takeNotifications(std::chrono::milliseconds wait);

    const DatabaseSessionSettings &settings() const { return m_settings; }
    pg_conn *handle() const { return m_handle; }

private:
    Connection(QSqlDatabase database, pg_conn *handle, DatabaseSessionSettings settings, DatabaseCounters *counters);

    struct Sent {
        std::string key; ///< of the statement that is prepared with it; empty: none
        std::string name;
    };
    bool send(const Command &command, Sent &sent);
    bool flush(qint64 deadline);
    pg_result *nextResult(qint64 deadline);
    bool waitFor(short events, qint64 deadline) const;
    std::optional<Rows> readStep(qint64 deadline, std::optional<SqlError> &error);
    void takeError(const pg_result *result, std::optional<SqlError> &error);

    QSqlDatabase m_database;
    pg_conn *m_handle;
    DatabaseSessionSettings m_settings;
    DatabaseCounters *m_counters;
    std::unordered_map<std::string, std::string> m_prepared; ///< text and types of a statement, to its name
    quint64 m_nextName = 0;
    bool m_lost = false;
};

} // namespace aegis
