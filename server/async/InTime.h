#pragma once

#include "server/async/Task.h"
#include "server/async/WorkerPool.h"

#include <QtCore/QTimer>

namespace aegis {

namespace detail {

/// A task and the time for it: whoever is first settles it. Of one thread.
template <class T> class Race {
public:
    void settle(Result<T> result)
    {
        if (m_result)
            return;
        m_result.emplace(std::move(result));
        m_timer.stop();
        if (const auto awaiting = std::exchange(m_awaiting, nullptr))
            awaiting.resume();
    }
    /// Whether the coroutine has to be suspended.
    bool wait(std::coroutine_handle<> awaiting, std::chrono::milliseconds most)
    {
        if (m_result)
            return false;
        m_awaiting = awaiting;
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] {
            settle(Problem(ProblemCode::HandlerTimeout).withInternal(QStringLiteral("what was asked for did not come in time")));
        });
        m_timer.start(most);
        return true;
    }
    Result<T> take() { return *std::move(m_result); }

private:
    std::optional<Result<T>> m_result;
    std::coroutine_handle<> m_awaiting;
    QTimer m_timer;
};

template <class T> class RaceAwaiter {
public:
    RaceAwaiter(Task<Result<T>> task, std::chrono::milliseconds most) : m_task(std::move(task)), m_most(most) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting)
    {
        spawn(std::move(m_task), [race = m_race](std::optional<Result<T>> result, const std::exception_ptr &exception) {
            if (result)
                return race->settle(*std::move(result));
            try {
                std::rethrow_exception(exception);
            } catch (...) {
                race->settle(exceptionProblem());
            }
        });
        return m_race->wait(awaiting, m_most);
    }
    Result<T> await_resume() { return m_race->take(); }

private:
    Task<Result<T>> m_task;
    const std::chrono::milliseconds m_most;
    const std::shared_ptr<Race<T>> m_race = std::make_shared<Race<T>>(); ///< the task holds it too, for as long as it takes
};

} // namespace detail

/// `co_await inTime(std::move(task), 2s)`: what the task gives, or the problem `handler_timeout` when it takes longer. The
/// task goes on then although nobody waits for it, so it must own what it works with. The thread runs an event loop of Qt.
template <class T> auto inTime(Task<Result<T>> task, std::chrono::milliseconds most)
{
    return detail::RaceAwaiter<T>(std::move(task), most);
}

} // namespace aegis
