#include "server/db/Connection.h"

#include "server/db/DatabaseSession.h"

#include <QtSql/QSqlDriver>
#include <QtSql/QSqlError>

#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <cerrno>

namespace aegis {
namespace {

/// More than a program has statements; what is composed at run time cannot make the server's memory grow without end.
constexpr std::size_t mostPrepared = 512;

constexpr qint64 forever = -1;

qint64 nowMilliseconds()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

QByteArray milliseconds(std::chrono::milliseconds time)
{
    return QByteArray::number(qlonglong(time.count()));
}

/// The value of libpq's `options`: settings of the session from its first statement on.
QByteArray sessionOptions(const DatabaseSessionSettings &settings)
{
    QByteArray path = settings.searchPath;
    path.replace(" ", "");
    return "-c TimeZone=UTC -c DateStyle=ISO -c default_transaction_isolation=read\\\\ committed -c client_min_messages=warning"
           " -c search_path="
        + path + " -c statement_timeout=" + milliseconds(settings.statementTimeout) + " -c lock_timeout=" + milliseconds(settings.lockTimeout)
        + " -c idle_in_transaction_session_timeout=" + milliseconds(settings.idleInTransactionTimeout);
}

QByteArray connectOptions(const ConnectionString &target, const DatabaseSessionSettings &settings)
{
    ConnectionString all = target.with("application_name", settings.applicationName);
    // A host that does not answer must not hold a worker for the minutes that TCP would wait.
    for (const auto &[keyword, value] : {std::pair("connect_timeout", "2"), std::pair("keepalives_idle", "5"), std::pair("keepalives_interval", "2"),
                                         std::pair("keepalives_count", "3"), std::pair("tcp_user_timeout", "10000")}) {
        if (all.value(keyword).isEmpty())
            all = all.with(keyword, value);
    }
    if (settings.behindPooler)
        return all.remainingOptions();
    const QByteArray own = all.value("options");
    all = all.with("options", {});
    return all.remainingOptions() + " options='" + (own.isEmpty() ? QByteArray() : own + ' ') + sessionOptions(settings) + '\'';
}

void receiveNotice(void *lost, const PGresult *notice)
{
    const SqlError error = SqlError::from(notice);
    if (error.isShutdown())
        *static_cast<bool *>(lost) = true;
}

} // namespace

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionString &target, const DatabaseSessionSettings &settings,
                                                     DatabaseCounters *counters)
{
    static std::atomic<quint64> number{0};
    const QString name = QStringLiteral("aegis-%1").arg(++number);
    const Secret &password = target.password();
    QString trouble;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QPSQL"), name);
        database.setHostName(QString::fromUtf8(target.value("host")));
        database.setDatabaseName(QString::fromUtf8(target.value("dbname")));
        database.setUserName(QString::fromUtf8(target.value("user")));
        database.setPassword(QString::fromUtf8(password.reveal()));
        database.setConnectOptions(QString::fromUtf8(connectOptions(target, settings)));
        if (database.open()) {
            const QVariant held = database.driver()->handle();
            const QByteArrayView type(held.typeName()); // Qt 6 sees through the typedef
            if (type == "pg_conn*" || type == "PGconn*") {
                PGconn *const handle = *static_cast<PGconn *const *>(held.constData());
                if (counters)
                    ++counters->connects;
                return std::unique_ptr<Connection>(new Connection(database, handle, settings, counters));
            }
            trouble = QStringLiteral("Qt's driver QPSQL is not built on libpq");
        } else {
            trouble = database.isValid() ? database.lastError().databaseText().trimmed() : QStringLiteral("Qt's driver QPSQL is not installed");
        }
    }
    QSqlDatabase::removeDatabase(name);
    return Problem(ProblemCode::DatabaseUnavailable).withRetryAfter(std::chrono::seconds(2)).withInternal(trouble);
}

Connection::Connection(QSqlDatabase database, pg_conn *handle, DatabaseSessionSettings settings, DatabaseCounters *counters) :
    m_database(std::move(database)), m_handle(handle), m_settings(std::move(settings)), m_counters(counters)
{
    PQsetNoticeReceiver(m_handle, receiveNotice, &m_lost);
    PQsetnonblocking(m_handle, 1);
    if (!m_settings.behindPooler)
        PQclear(PQexec(m_handle, "set bytea_output = hex")); // Qt's driver has set it to escape
    PQenterPipelineMode(m_handle);
}

Connection::~Connection()
{
    const QString name = m_database.connectionName();
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(name);
}

bool Connection::isUsable()
{
    if (m_lost || PQstatus(m_handle) != CONNECTION_OK)
        return false;
    // While nothing is asked nothing should come. What comes is a last word, the end, or a notice: read it and look again.
    if (waitFor(POLLIN, nowMilliseconds())) {
        if (PQconsumeInput(m_handle) == 0)
            return false;
        PQisBusy(m_handle); // hands notices to the receiver
        return !m_lost && !waitFor(POLLIN, nowMilliseconds());
    }
    return true;
}

bool Connection::waitFor(short events, qint64 deadline) const
{
    pollfd entry{PQsocket(m_handle), events, 0};
    for (;;) {
        const qint64 left = deadline == forever ? forever : std::max<qint64>(0, deadline - nowMilliseconds());
        const int ready = ::poll(&entry, 1, static_cast<int>(std::min<qint64>(left, 1'000'000)));
        if (ready >= 0 || errno != EINTR)
            return ready > 0;
    }
}

bool Connection::flush(qint64 deadline)
{
    for (;;) {
        const int left = PQflush(m_handle);
        if (left <= 0)
            return left == 0;
        if (!waitFor(POLLIN | POLLOUT, deadline))
            return false;
        if (PQconsumeInput(m_handle) == 0)
            return false;
    }
}

PGresult *Connection::nextResult(qint64 deadline)
{
    while (PQisBusy(m_handle)) {
        if (m_lost)
            return nullptr;
        // What was read before the end is still given out: it may hold the server's last word.
        if (!waitFor(POLLIN, deadline) || PQconsumeInput(m_handle) == 0)
            m_lost = true;
    }
    return PQgetResult(m_handle);
}

bool Connection::send(const Command &command, Sent &sent)
{
    const auto &values = command.parameters.values();
    std::vector<Oid> types;
    std::vector<const char *> texts;
    std::vector<int> lengths, formats;
    for (const Parameters::Value &value : values) {
        types.push_back(value.oid);
        texts.push_back(value.isNull ? nullptr : value.bytes.constData());
        lengths.push_back(static_cast<int>(value.bytes.size()));
        formats.push_back(value.isBinary ? 1 : 0);
    }
    const int count = static_cast<int>(values.size());
    const std::string_view text = command.sql.text();

    std::string key(text);
    key.append(reinterpret_cast<const char *>(types.data()), types.size() * sizeof(Oid));
    const auto known = m_prepared.find(key);
    if (known == m_prepared.end()) {
        if (m_settings.behindPooler || m_prepared.size() >= mostPrepared)
            return PQsendQueryParams(m_handle, text.data(), count, types.data(), texts.data(), lengths.data(), formats.data(), 0) == 1;
        sent = {std::move(key), "a" + std::to_string(++m_nextName)};
        if (PQsendPrepare(m_handle, sent.name.c_str(), text.data(), count, types.data()) != 1)
            return false;
    }
    const std::string &name = known == m_prepared.end() ? sent.name : known->second;
    return PQsendQueryPrepared(m_handle, name.c_str(), count, texts.data(), lengths.data(), formats.data(), 0) == 1;
}

/// Reads what one step (a Prepare, an Execute) gave; nothing after an error, or when the connection was lost.
std::optional<Rows> Connection::readStep(qint64 deadline, std::optional<SqlError> &error)
{
    std::optional<Rows> answer;
    while (PGresult *const result = nextResult(deadline)) {
        switch (PQresultStatus(result)) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_EMPTY_QUERY:
            answer.emplace(result);
            continue;
        case PGRES_PIPELINE_ABORTED: // an earlier step failed
            break;
        default:
            takeError(result, error);
            answer.reset();
        }
        PQclear(result);
        if (m_lost)
            break;
    }
    return error || m_lost ? std::nullopt : answer;
}

void Connection::takeError(const pg_result *result, std::optional<SqlError> &error)
{
    const SqlError found = SqlError::from(result);
    if (qstrcmp(PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED), "FATAL") == 0 || PQstatus(m_handle) != CONNECTION_OK)
        m_lost = true;
    if (!error && !found.state.isEmpty())
        error = found;
}

Exchange Connection::exchange(std::span<const Command> commands)
{
    Exchange exchange;
    if (m_counters)
        ++m_counters->roundTrips;
    const qint64 deadline = m_settings.statementTimeout.count() == 0
        ? forever
        : nowMilliseconds() + (m_settings.statementTimeout + m_settings.answerGrace).count();
    std::vector<Sent> sent(commands.size());
    bool isSent = true;
    for (std::size_t i = 0; i < commands.size(); ++i)
        isSent = isSent && send(commands[i], sent[i]);
    isSent = isSent && PQpipelineSync(m_handle) == 1 && flush(deadline);
    m_lost = m_lost || (!isSent && PQstatus(m_handle) == CONNECTION_OK);

    for (std::size_t i = 0; i < commands.size() && !exchange.error && !m_lost; ++i) {
        if (!sent[i].name.empty() && readStep(deadline, exchange.error))
            m_prepared.emplace(std::move(sent[i].key), std::move(sent[i].name));
        if (exchange.error || m_lost)
            break;
        if (auto answer = readStep(deadline, exchange.error))
            exchange.answers.push_back(*std::move(answer));
    }
    // Up to the answer to the Sync, which ends the implicit transaction: what fails there has not been committed either.
    for (bool isSynced = false; !isSynced && !m_lost;) {
        PGresult *const result = nextResult(deadline);
        const ExecStatusType status = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
        isSynced = status == PGRES_PIPELINE_SYNC;
        if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE)
            takeError(result, exchange.error);
        PQclear(result);
        m_lost = m_lost || PQstatus(m_handle) != CONNECTION_OK;
    }
    exchange.isLost = m_lost;
    return exchange;
}

std::vector<Notification> Connection::takeNotifications(std::chrono::milliseconds wait)
{
    std::vector<Notification> taken;
    const auto take = [&] {
        while (PGnotify *const notify = PQnotifies(m_handle)) {
            taken.push_back({notify->relname, notify->extra});
            PQfreemem(notify);
        }
    };
    take();
    if (taken.empty() && waitFor(POLLIN, nowMilliseconds() + wait.count())) {
        m_lost = m_lost || PQconsumeInput(m_handle) == 0;
        take();
    }
    return taken;
}

std::optional<SqlError> Connection::script(const QByteArray &text)
{
    PQexitPipelineMode(m_handle);
    PGresult *const result = PQexec(m_handle, text.constData());
    std::optional<SqlError> error;
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_EMPTY_QUERY)
        error = SqlError::from(result);
    PQclear(result);
    m_lost = m_lost || PQstatus(m_handle) != CONNECTION_OK;
    PQenterPipelineMode(m_handle);
    return error;
}

} // namespace aegis
