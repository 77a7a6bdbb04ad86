#include "server/db/DatabaseLanes.h"

#include <QtCore/QEventLoop>

#include <algorithm>
#include <thread>

namespace aegis {

/// The lanes that have not been closed. Any thread; a lane itself is touched by its own thread only.
struct DatabaseLanes::Open {
    struct Entry {
        std::shared_ptr<DatabaseLane> lane;
        std::thread::id thread;
    };

    void remove(const DatabaseLane *lane)
    {
        {
            const std::lock_guard lock(mutex);
            std::erase_if(entries, [lane](const Entry &entry) { return entry.lane.get() == lane; });
        }
        changed.notify_all();
    }
    std::vector<Entry> all() const
    {
        const std::lock_guard lock(mutex);
        return entries;
    }

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::vector<Entry> entries;
    bool isRefusing = false;
};

/// The lanes of one thread, of whichever database. When the thread ends, they do.
class DatabaseLanes::OfThisThread {
public:
    ~OfThisThread()
    {
        for (const auto &[lane, open] : m_lanes)
            open->remove(lane.get());
    }
    DatabaseLane *find(const DatabaseLaneOptions *options) const
    {
        const auto found = std::find_if(m_lanes.begin(), m_lanes.end(), [&](const auto &entry) { return &entry.lane->options() == options; });
        return found == m_lanes.end() ? nullptr : found->lane.get();
    }
    void add(std::shared_ptr<DatabaseLane> lane, std::shared_ptr<Open> open)
    {
        std::erase_if(m_lanes, [](const auto &entry) { return entry.lane->isClosed(); });
        m_lanes.push_back({std::move(lane), std::move(open)});
    }

private:
    struct Entry {
        std::shared_ptr<DatabaseLane> lane;
        std::shared_ptr<Open> open;
    };
    std::vector<Entry> m_lanes;
};

DatabaseLanes::DatabaseLanes(DatabaseLaneOptions options) :
    m_options(std::make_shared<const DatabaseLaneOptions>(std::move(options))), m_open(std::make_shared<Open>())
{
}

DatabaseLanes::~DatabaseLanes()
{
    stop();
}

DatabaseLane &DatabaseLanes::here()
{
    static thread_local OfThisThread lanes;
    if (DatabaseLane *const known = lanes.find(m_options.get()))
        return *known;
    const auto lane = std::make_shared<DatabaseLane>(m_options, m_counters);
    lanes.add(lane, m_open);
    const std::lock_guard lock(m_open->mutex);
    if (m_open->isRefusing)
        lane->refuse(); // it opens no connection, so stop() need not wait for it, and may have looked already
    else
        m_open->entries.push_back({lane, std::this_thread::get_id()});
    return *lane;
}

void DatabaseLanes::refuse()
{
    {
        const std::lock_guard lock(m_open->mutex);
        m_open->isRefusing = true;
    }
    for (const Open::Entry &entry : m_open->all()) {
        if (entry.thread == std::this_thread::get_id())
            entry.lane->refuse();
        else
            entry.lane->loop().post([lane = entry.lane] { lane->refuse(); });
    }
}

void DatabaseLanes::stop()
{
    refuse();
    for (const Open::Entry &entry : m_open->all()) {
        const auto close = [lane = entry.lane, open = m_open] { lane->close([lane, open] { open->remove(lane.get()); }); };
        if (entry.thread != std::this_thread::get_id()) {
            entry.lane->loop().post(close);
            continue;
        }
        close();
        QEventLoop loop; // what is under way here ends by this thread's own event loop
        while (!entry.lane->isClosed())
            loop.processEvents(QEventLoop::WaitForMoreEvents);
    }
    std::unique_lock lock(m_open->mutex);
    m_open->changed.wait(lock, [this] { return m_open->entries.empty(); });
}

} // namespace aegis
