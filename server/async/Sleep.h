#pragma once

#include <QtCore/QTimer>

#include <chrono>
#include <coroutine>

namespace aegis {

/// `co_await Sleep(5ms)`: goes on after that time, on this thread, which runs an event loop of Qt and is not held meanwhile.
class Sleep {
public:
    explicit Sleep(std::chrono::milliseconds time) : m_time(time) {}

    bool await_ready() const noexcept { return m_time.count() <= 0; }
    void await_suspend(std::coroutine_handle<> awaiting) const
    {
        QTimer::singleShot(m_time, Qt::PreciseTimer, [awaiting] { awaiting.resume(); });
    }
    void await_resume() const noexcept {}

private:
    const std::chrono::milliseconds m_time;
};

} // namespace aegis
