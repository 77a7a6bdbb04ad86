#include "server/jobs/BackgroundLoop.h"

#include "server/log/Log.h"

#include <pthread.h>

namespace aegis {
namespace {

/// Between the beginnings of two steps when somebody wakes the loop again and again.
constexpr std::chrono::milliseconds shortestPause{20};

} // namespace

BackgroundLoop::BackgroundLoop(Options options) : m_options(std::move(options)) {}

BackgroundLoop::~BackgroundLoop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_wake.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

Result<void> BackgroundLoop::start()
{
    std::optional<Result<void>> first;
    m_thread = std::thread([this, &first] {
        pthread_setname_np(pthread_self(), m_options.name.substr(0, 15).c_str());
        Result<void> outcome = runStep();
        const bool good = outcome.ok();
        {
            const std::lock_guard lock(m_mutex);
            first.emplace(std::move(outcome));
        }
        m_wake.notify_all(); // `first` must not be touched from here on
        if (good)
            work();
    });
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [&] { return first.has_value(); });
    return *std::move(first);
}

void BackgroundLoop::startInBackground()
{
    m_woken = true; // the first step is not waited for
    m_thread = std::thread([this] {
        pthread_setname_np(pthread_self(), m_options.name.substr(0, 15).c_str());
        work();
    });
}

Result<void> BackgroundLoop::runStep() const
{
    try {
        return m_options.step();
    } catch (const std::exception &exception) {
        return Problem(ProblemCode::Internal).withInternal(QString::fromUtf8(exception.what()));
    }
}

void BackgroundLoop::wake()
{
    {
        const std::lock_guard lock(m_mutex);
        m_woken = true;
    }
    m_wake.notify_all();
}

void BackgroundLoop::work()
{
    bool failing = false;
    using Reason = std::pair<ProblemCode, QString>; // without what is different each time
    std::optional<Reason> told;
    auto began = std::chrono::steady_clock::now() - shortestPause;
    std::unique_lock lock(m_mutex);
    for (;;) {
        const bool isLonger = failing && m_options.pauseAfterFailure.count() > 0;
        m_wake.wait_for(lock, isLonger ? m_options.pauseAfterFailure : m_options.pause, [this] { return m_stopping || m_woken; });
        if (m_woken)
            m_wake.wait_until(lock, began + shortestPause, [this] { return m_stopping; });
        if (m_stopping)
            return;
        m_woken = false;
        lock.unlock();
        began = std::chrono::steady_clock::now();
        const Result<void> outcome = runStep();
        std::optional<Reason> reason;
        if (!outcome.ok())
            reason = {outcome.problem().code, outcome.problem().detail};
        if (reason != told) {
            told = reason;
            failing = reason.has_value();
            const QString name = QString::fromStdString(m_options.name);
            if (failing)
                log::warning("background_failing",
                             {{"loop", name}, {"reason", QStringList{outcome.problem().detail, outcome.problem().internal}.join(u' ').trimmed()}});
            else
                log::info("background_recovered", {{"loop", name}});
        }
        lock.lock();
    }
}

} // namespace aegis
