#include "server/sessions/RevocationFeed.h"

#include "server/log/Log.h"
#include "server/sessions/RevocationStore.h"

#include <pthread.h>

namespace aegis {

RevocationFeed::RevocationFeed(Session session, RevocationList &list, Options options)
    : m_session(std::move(session)), m_list(list), m_options(std::move(options))
{
}

RevocationFeed::~RevocationFeed()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

Result<void> RevocationFeed::start()
{
    // The thread asks first, for a connection belongs to the thread that opened it.
    std::optional<Result<void>> first;
    m_thread = std::thread([this, &first] {
        pthread_setname_np(pthread_self(), "revocations");
        Result<void> outcome = poll();
        const bool good = outcome.ok();
        {
            const std::lock_guard lock(m_mutex);
            first.emplace(std::move(outcome));
        }
        m_wake.notify_all();
        if (good)
            work();
    });
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [&] { return first.has_value(); });
    return *std::move(first);
}

Result<void> RevocationFeed::poll()
{
    const RequestContext context = RequestContext::forSystem(m_options.clock());
    TRY(const RevocationStore::Batch batch, m_session.read<RevocationStore::Batch>(context, [this](Tx &tx) { return RevocationStore::since(tx, m_horizon); }));
    for (const RevocationStore::Entry &entry : batch.entries)
        m_list.revoke(entry.subject, entry.expiresAt);
    m_horizon = batch.horizon;
    m_list.markFresh();
    return {};
}

void RevocationFeed::work()
{
    bool failing = false;
    Instant forgetAt = m_options.clock() + std::chrono::minutes(1);
    std::unique_lock lock(m_mutex);
    while (!m_wake.wait_for(lock, m_options.interval, [this] { return m_stopping; })) {
        lock.unlock();
        const Result<void> outcome = poll();
        if (outcome.ok() == failing) { // said once, not four times a second
            failing = !failing;
            if (failing)
                log::warning("revocation_feed_lost", {{"reason", outcome.problem().internal}});
            else
                log::info("revocation_feed_back");
        }
        if (const Instant now = m_options.clock(); now >= forgetAt) {
            m_list.forgetExpired(now);
            forgetAt = now + std::chrono::minutes(1);
        }
        lock.lock();
    }
}

} // namespace aegis
