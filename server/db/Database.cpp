#include "server/db/Database.h"

namespace aegis {

Database::Database(Options options) : m_options(std::move(options)), m_link(std::make_shared<DatabaseLink>(m_options.patience))
{
    for (int worker = 0; worker < m_options.threads; ++worker)
        m_sessions.push_back(std::make_unique<DatabaseSession>(session()));
    m_pool = std::make_unique<WorkerPool>(WorkerPool::Options{.name = "database", .threads = m_options.threads, .capacity = m_options.queueCapacity});
}

Database::~Database() = default;

} // namespace aegis
