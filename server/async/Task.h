#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

namespace aegis {

template <class T> class Task;

namespace detail {

struct TaskFinal {
    bool await_ready() const noexcept { return false; }
    template <class Promise> std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) const noexcept
    {
        const auto next = self.promise().continuation;
        return next ? next : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
};

struct TaskPromiseBase {
    std::suspend_always initial_suspend() const noexcept { return {}; }
    TaskFinal final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { exception = std::current_exception(); }

    std::coroutine_handle<> continuation;
    std::exception_ptr exception;
};

template <class T> struct TaskPromise : TaskPromiseBase {
    Task<T> get_return_object() noexcept;
    template <class U> void return_value(U &&result) { value.emplace(std::forward<U>(result)); }
    T take()
    {
        if (exception)
            std::rethrow_exception(exception);
        return *std::move(value);
    }

    std::optional<T> value;
};

template <> struct TaskPromise<void> : TaskPromiseBase {
    Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const
    {
        if (exception)
            std::rethrow_exception(exception);
    }
};

} // namespace detail

/// A step of a request that may wait without holding a thread. It starts when it is awaited (or spawned), and is resumed
/// on the event loop of the thread that awaited it, so the code of one request never runs on two threads at once.
///
/// What a coroutine takes by reference must outlive it: a RequestContext does, it lives until the answer is out.
/// A coroutine is always a named function or method, never a lambda with captures (its captures die with the lambda).
/// One that is awaited where it is called may take references to what its caller holds, for the caller waits.
template <class T> class [[nodiscard]] Task {
public:
    using promise_type = detail::TaskPromise<T>;

    explicit Task(std::coroutine_handle<promise_type> handle) noexcept : m_handle(handle) {}
    Task(Task &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
    Task &operator=(Task &&other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    Task(const Task &) = delete;
    Task &operator=(const Task &) = delete;
    ~Task()
    {
        if (m_handle)
            m_handle.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept
    {
        m_handle.promise().continuation = awaiting;
        return m_handle;
    }
    T await_resume() { return m_handle.promise().take(); }

private:
    std::coroutine_handle<promise_type> m_handle;
};

template <class T> Task<T> detail::TaskPromise<T>::get_return_object() noexcept
{
    return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

inline Task<void> detail::TaskPromise<void>::get_return_object() noexcept
{
    return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

namespace detail {

/// A coroutine that owns itself: it ends when what it awaits has ended.
struct Detached {
    struct promise_type {
        Detached get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };
};

template <class T, class Done> Detached runDetached(Task<T> task, Done done)
{
    std::optional<T> value;
    std::exception_ptr exception;
    try {
        value.emplace(co_await task);
    } catch (...) {
        exception = std::current_exception();
    }
    done(std::move(value), exception);
}

} // namespace detail

/// Starts a task from code that is no coroutine. `done(std::optional<T>, std::exception_ptr)` is called once, on this
/// thread: before spawn() returns if nothing had to be waited for. It must not throw.
template <class T, class Done> void spawn(Task<T> task, Done done)
{
    detail::runDetached(std::move(task), std::move(done));
}

} // namespace aegis
