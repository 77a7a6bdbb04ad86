#pragma once

#include "server/async/Deadline.h"
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

/// Threads that do what would make an I/O thread wait, behind a queue with a bound: a full queue is answered at once, and
/// what waited until nobody waits for it any more is not done.
class WorkerPool {
public:
    struct Options {
        std::string name;                                               ///< of the threads, at most 12 characters
        int threads = 1;                                                ///< how many
        std::size_t capacity = 1;                                       ///< jobs that may wait; one more is refused
        int nice = 0;                                                   ///< added to the threads' niceness, 0 to 19
        std::chrono::milliseconds idleAfter = std::chrono::seconds(10); ///< see `idle`
        /// Called by a thread that has had no job for so long, once until it has one again. It must not throw.
        std::function<void(int worker)> idle = {};
    };
    /// What was accepted: one of the two is called, once. They must not throw.
    struct Job {
        std::function<void(int worker)> run;               ///< told on which of the threads (0 to threads - 1) it is
        std::function<void(Problem)> refuse = [](auto) {}; ///< on any thread: `handler_timeout` or `shutting_down`
        Deadline deadline = noDeadline;                    ///< it is not begun after that
    };

    explicit WorkerPool(Options options);
    ~WorkerPool(); ///< stop()
    WorkerPool(const WorkerPool &) = delete;
    WorkerPool &operator=(const WorkerPool &) = delete;

    /// Refuses the jobs that wait and all that come, with `shutting_down`; what is under way goes on. Any thread.
    void refuse();
    /// refuse(), then waits for what is under way and ends the threads; no result is posted after it has returned. Once;
    /// from one thread.
    void stop();

    /// Hands over a job; `overloaded` when the queue is full. Any thread.
    Result<void> post(Job job);

    /// `co_await pool.run<T>([](int worker) -> Result<T> {...})`: runs the function on a worker and resumes on the
    /// awaiting thread's event loop. Problems: `overloaded` when the queue is full, `handler_timeout` when the deadline has
    /// passed before a worker was free, `shutting_down`, and `internal` for an exception.
    template <class T, class Function> auto run(Function function, Deadline deadline = noDeadline);

    std::size_t waiting() const;
    /// Jobs that were refused because the queue was full.
    std::uint64_t rejected() const;
    std::size_t capacity() const { return m_options.capacity; }
    int threads() const { return m_options.threads; }
    std::chrono::milliseconds idleAfter() const { return m_options.idleAfter; }

private:
    void work(int worker);
    void waitForJob(std::unique_lock<std::mutex> &lock, int worker);

    const Options m_options;
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Job> m_jobs;
    std::uint64_t m_rejected = 0;
    bool m_stopping = false;
    std::vector<std::thread> m_threads;
};

namespace detail {

Problem exceptionProblem();

template <class T, class Function> class PoolAwaiter {
public:
    PoolAwaiter(WorkerPool &pool, Function function, Deadline deadline) : m_pool(pool), m_function(std::move(function)), m_deadline(deadline) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiting)
    {
        const EventLoop loop = EventLoop::current();
        auto run = [this, awaiting, loop](int worker) {
            try {
                m_result.emplace(m_function(worker));
            } catch (...) {
                m_result.emplace(exceptionProblem());
            }
            loop.post([awaiting] { awaiting.resume(); });
        };
        auto refuse = [this, awaiting, loop](Problem problem) {
            m_result.emplace(std::move(problem));
            loop.post([awaiting] { awaiting.resume(); });
        };
        auto accepted = m_pool.post({.run = std::move(run), .refuse = std::move(refuse), .deadline = m_deadline});
        if (accepted)
            return true;
        m_result.emplace(std::move(accepted).problem());
        return false;
    }
    Result<T> await_resume() { return *std::move(m_result); }

private:
    WorkerPool &m_pool;
    Function m_function;
    const Deadline m_deadline;
    std::optional<Result<T>> m_result;
};

} // namespace detail

template <class T, class Function> auto WorkerPool::run(Function function, Deadline deadline)
{
    return detail::PoolAwaiter<T, Function>(*this, std::move(function), deadline);
}

} // namespace aegis
