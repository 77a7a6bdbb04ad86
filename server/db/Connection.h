#pragma once

#include "server/db/ConnectionString.h"
#include "server/db/Rows.h"
#include "server/db/DatabaseSessionSettings.h"
#include "server/db/Sql.h"
#include "server/db/SqlState.h"

#include <QtSql/QSqlDatabase>

#include <chrono>
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
/// several in one round trip. One thread at a time uses it; it may be opened on another one.
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

    /// The same for who must not wait: begin(), then proceed() until it wants nothing more, each time when the descriptor is ready
    /// for what it wanted, then take(). One exchange at a time. What has not come at the deadline is given up.
    enum class Wants { Nothing, Read, ReadOrWrite };
    void begin(std::span<const Command> commands);
    Wants proceed();
    void giveUp() { m_lost = true; }
    Exchange take();
    int descriptor() const;
    /// When the exchange under way has taken too long, by the steady clock.
    std::chrono::steady_clock::time_point deadline() const { return m_deadline; }

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
    /// Where an exchange is: its steps (a Prepare, an Execute) are answered in order, then the Sync.
    enum class Phase { Done, Steps, Sync };
    const std::string *nameOf(const std::string &key, std::size_t place) const;
    bool send(const Command &command, std::size_t place);
    bool flush();
    bool waitFor(short events, std::chrono::steady_clock::time_point deadline) const;
    void hear(pg_result *result);
    void hearStep(pg_result *result);
    void endStep();
    void hearSync(pg_result *result);
    void takeError(const pg_result *result);

    QSqlDatabase m_database;
    pg_conn *m_handle;
    DatabaseSessionSettings m_settings;
    DatabaseCounters *m_counters;
    std::unordered_map<std::string, std::string> m_prepared; ///< text and types of a statement, to its name
    quint64 m_nextName = 0;
    bool m_lost = false;

    // Of the exchange under way.
    Exchange m_exchange;
    std::vector<Sent> m_sent;     ///< one for each command
    std::size_t m_command = 0;    ///< whose answer comes next
    bool m_isPreparing = false;   ///< that of its Prepare
    std::optional<Rows> m_answer; ///< what the step has given so far
    Phase m_phase = Phase::Done;
    bool m_isFlushed = true;
    bool m_isFresh = false; ///< the commands have just been sent
    std::chrono::steady_clock::time_point m_deadline;
};

} // namespace aegis
