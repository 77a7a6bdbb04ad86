#include "server/db/Database.h"

#include "server/db/ConnectionShare.h"

namespace aegis {

Database::Database(Options options) : m_options(std::move(options)), m_link(std::make_shared<DatabaseLink>(m_options.patience))
{
    m_link->onDiskFailure = m_options.onDiskFailure;
    for (int worker = 0; worker < m_options.threads; ++worker)
        m_sessions.push_back(std::make_unique<DatabaseSession>(session()));
    m_pool = std::make_unique<WorkerPool>(WorkerPool::Options{.name = "database", .threads = m_options.threads, .capacity = m_options.queueCapacity});
    const int share = connectionsPerLane(m_options.threads, m_options.askingThreads);
    m_lanes = std::make_unique<DatabaseLanes>(DatabaseLaneOptions{.target = m_options.connection,
                                                                  .settings = m_options.session,
                                                                  .link = m_link,
                                                                  .openers = *m_pool,
                                                                  .connections = static_cast<std::size_t>(share),
                                                                  .reading = static_cast<std::size_t>((share + 1) / 2),
                                                                  .capacity = m_options.queueCapacity});
}

Database::~Database()
{
    stop();
}

void Database::refuse()
{
    m_pool->refuse();
    m_lanes->refuse();
}

void Database::stop()
{
    refuse();
    m_pool->stop(); // whoever waits for a connection to be opened has its answer then
    m_lanes->stop();
}

std::optional<Instant> Database::diskFailedAt() const
{
    const qint64 at = m_link->diskFailedAt;
    return at == 0 ? std::nullopt : std::optional(Instant(Instant::duration(at)));
}

void Database::setDiskWell(Instant failedAt) const
{
    qint64 at = failedAt.time_since_epoch().count();
    m_link->diskFailedAt.compare_exchange_strong(at, 0);
}

} // namespace aegis
