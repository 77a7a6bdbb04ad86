#pragma once

#include "server/async/EventLoop.h"
#include "shared/result/Result.h"

#include <condition_variable>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace aegis {

/// Threads that do what would make an I/O thread wait, behind a queue with a bound: a full queue is answered at once.
class WorkerPool {
public:
    struct Options {
        std::string name;         ///< of the threads, at most 12 characters
        int threads = 1;          ///< how many
        std::size_t capacity = 1; ///< jobs that may wait; one more is refused
        int nice = 0;             ///< added to the threads' niceness, 0 to 19
    };
    /// A job, told on which of the threads (0 to threads - 1) it runs.
    using Job = std::function<void(int worker)>;

    explicit WorkerPool(Options options);
    ~WorkerPool(); ///< stop()
    WorkerPool(const WorkerPool &) = delete;
    WorkerPool &operator=(const WorkerPool &) = delete;

    /// Does what was accepted, refuses all else and ends the threads; they post no result after it has returned. Once;
    /// from one thread.
    void stop();

    /// Hands over a job; false when the queue is full. Jobs must not throw. Any thread.
    bool tryPost(Job job);

    /// `co_await pool.run<T>([](int worker) -> Result<T> {...})`: runs the function on a worker and resumes on the
    /// awaiting thread's event loop. A full queue gives the problem `overloaded`; an exception gives `internal`.
    template <class T, class Function> auto run(Function function);

    std::size_t waiting() const;
    /// Jobs that were refused because the queue was full.
    std::uint64_t rejected() const;
    std::size_t capacity() const { return m_options.capacity; }
    int threads() const { return m_options.threads; }

private:
    void work(int worker);

    const Options m_options;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Job> m_jobs;
    std::uint64_t m_rejected = 0;
    bool m_stopping = false;
    std::vector<std::thread> m_threads;
};

namespace detail {

Problem overloadedProblem(const WorkerPool &pool);
Problem exceptionProblem();

template <class T, class Function> class PoolAwaiter {
public:
    PoolAwaiter(WorkerPool &pool, Function function) : m_pool(pool), m_function(std::move(function)) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting)
    {
        const bool accepted = m_pool.tryPost([this, awaiting, loop = EventLoop::current()](int worker) {
            try {
                m_result.emplace(m_function(worker));
            } catch (...) {
                m_result.emplace(exceptionProblem());
            }
            loop.post([awaiting] { awaiting.resume(); });
        });
        if (!accepted)
            m_result.emplace(overloadedProblem(m_pool));
        return accepted;
    }
    Result<T> await_resume() { return *std::move(m_result); }

private:
    WorkerPool &m_pool;
    Function m_function;
    std::optional<Result<T>> m_result;
};

} // namespace detail

template <class T, class Function> auto WorkerPool::run(Function function)
{
    return detail::PoolAwaiter<T, Function>(*this, std::move(function));
}

} // namespace aegis
