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

using Clock = std::chrono::steady_clock;

constexpr Clock::time_point atOnce = Clock::time_point::min();

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
    if (waitFor(POLLIN, atOnce)) {
        if (PQconsumeInput(m_handle) == 0)
            return false;
        PQisBusy(m_handle); // hands notices to the receiver
        return !m_lost && !waitFor(POLLIN, atOnce);
    }
    return true;
}

int Connection::descriptor() const
{
    return PQsocket(m_handle);
}

bool Connection::waitFor(short events, Clock::time_point deadline) const
{
    pollfd entry{PQsocket(m_handle), events, 0};
    for (;;) {
        const auto left = deadline == atOnce ? 0 : std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        const int ready = ::poll(&entry, 1, static_cast<int>(std::clamp<qint64>(left, 0, 1'000'000)));
        if (ready > 0 || (ready == 0 && left <= 1'000'000))
            return ready > 0;
        if (ready < 0 && errno != EINTR)
            return false;
    }
}

/// Sends what libpq still holds, as far as the server takes it. False when the connection does not take it.
bool Connection::flush()
{
    const int left = PQflush(m_handle);
    m_isFlushed = left == 0;
    // A server whose answers nobody reads may not read either.
    return left == 0 || (left > 0 && PQconsumeInput(m_handle) != 0);
}

/// Of a statement that is prepared, or has been sent to be before that place of the exchange; null for another one.
const std::string *Connection::nameOf(const std::string &key, std::size_t place) const
{
    if (const auto known = m_prepared.find(key); known != m_prepared.end())
        return &known->second;
    const auto end = m_sent.begin() + static_cast<std::ptrdiff_t>(place);
    const auto sent = std::find_if(m_sent.begin(), end, [&](const Sent &earlier) { return earlier.key == key; });
    return sent == end ? nullptr : &sent->name;
}

bool Connection::send(const Command &command, std::size_t place)
{
    Sent &sent = m_sent[place];
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
    const std::string *known = nameOf(key, place);
    if (!known) {
        if (m_settings.behindPooler || command.sql.isComposed() || m_prepared.size() >= mostPrepared)
            return PQsendQueryParams(m_handle, text.data(), count, types.data(), texts.data(), lengths.data(), formats.data(), 0) == 1;
        sent = {std::move(key), "a" + std::to_string(++m_nextName)};
        if (PQsendPrepare(m_handle, sent.name.c_str(), text.data(), count, types.data()) != 1)
            return false;
        known = &sent.name;
    }
    return PQsendQueryPrepared(m_handle, known->c_str(), count, texts.data(), lengths.data(), formats.data(), 0) == 1;
}

void Connection::begin(std::span<const Command> commands)
{
    if (m_counters)
        ++m_counters->roundTrips;
    m_exchange = {};
    m_sent.assign(commands.size(), {});
    m_answer.reset();
    m_command = 0;
    m_phase = commands.empty() ? Phase::Sync : Phase::Steps;
    m_deadline = m_settings.statementTimeout.count() == 0 ? Clock::time_point::max()
                                                          : Clock::now() + m_settings.statementTimeout + m_settings.answerGrace;
    bool isSent = true;
    for (std::size_t i = 0; i < commands.size(); ++i)
        isSent = isSent && send(commands[i], i);
    isSent = isSent && PQpipelineSync(m_handle) == 1 && flush();
    // A connection that is known to be broken still gives out what the server said last.
    m_lost = m_lost || (!isSent && PQstatus(m_handle) == CONNECTION_OK);
    m_isPreparing = !commands.empty() && !m_sent.front().name.empty();
    m_isFresh = true;
}

Connection::Wants Connection::proceed()
{
    if (!m_isFlushed && !m_lost && !flush())
        m_lost = true;
    bool mayRead = !std::exchange(m_isFresh, false); // right after the commands were sent nothing can have come
    while (m_phase != Phase::Done && !(m_lost && PQisBusy(m_handle))) {
        if (!PQisBusy(m_handle)) {
            hear(PQgetResult(m_handle));
        } else if (mayRead) {
            mayRead = false;
            // What was read before the end is still given out: it may hold the server's last word.
            m_lost = PQconsumeInput(m_handle) == 0 || m_lost;
        } else {
            return m_isFlushed ? Wants::Read : Wants::ReadOrWrite;
        }
    }
    return Wants::Nothing;
}

/// Null ends a step. Of a connection that is lost the step under way is read to its end, as far as it has come.
void Connection::hear(PGresult *result)
{
    const bool isEnd = result == nullptr;
    if (m_phase == Phase::Sync)
        hearSync(result);
    else if (!isEnd)
        hearStep(result);
    else if (!m_lost)
        endStep();
    if (m_lost && (isEnd || m_phase == Phase::Sync))
        m_phase = Phase::Done;
}

void Connection::hearStep(PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        m_answer.emplace(result);
        return;
    case PGRES_PIPELINE_ABORTED: // an earlier step failed
        break;
    default:
        takeError(result);
        m_answer.reset();
    }
    PQclear(result);
}

void Connection::endStep()
{
    if (m_exchange.error) {
        m_phase = Phase::Sync;
        return;
    }
    Sent &sent = m_sent[m_command];
    if (m_isPreparing) {
        if (m_answer)
            m_prepared.emplace(std::move(sent.key), std::move(sent.name));
        m_isPreparing = false;
    } else {
        if (m_answer)
            m_exchange.answers.push_back(*std::move(m_answer));
        if (++m_command == m_sent.size())
            m_phase = Phase::Sync;
        else
            m_isPreparing = !m_sent[m_command].name.empty();
    }
    m_answer.reset();
}

/// Up to the answer to the Sync, which ends the implicit transaction: what fails there has not been committed either.
void Connection::hearSync(PGresult *result)
{
    const ExecStatusType status = result ? PQresultStatus(result) : PGRES_EMPTY_QUERY;
    if (status == PGRES_PIPELINE_SYNC)
        m_phase = Phase::Done;
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE)
        takeError(result);
    PQclear(result);
    m_lost = m_lost || PQstatus(m_handle) != CONNECTION_OK;
}

void Connection::takeError(const pg_result *result)
{
    const SqlError found = SqlError::from(result);
    if (qstrcmp(PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED), "FATAL") == 0 || PQstatus(m_handle) != CONNECTION_OK)
        m_lost = true;
    if (!m_exchange.error && !found.state.isEmpty())
        m_exchange.error = found;
}

Exchange Connection::take()
{
    m_phase = Phase::Done;
    m_exchange.isLost = m_lost;
    return std::move(m_exchange);
}

Exchange Connection::exchange(std::span<const Command> commands)
{
    begin(commands);
    for (Wants wants = proceed(); wants != Wants::Nothing; wants = proceed()) {
        if (!waitFor(wants == Wants::Read ? POLLIN : POLLIN | POLLOUT, m_deadline))
            giveUp();
    }
    return take();
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
    if (taken.empty() && waitFor(POLLIN, Clock::now() + wait)) {
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
