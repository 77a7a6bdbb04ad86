#include "server/async/WorkerPool.h"

#include "server/async/QueueProblems.h"

#include <sys/resource.h>

#include <pthread.h>

namespace aegis {
WorkerPool::WorkerPool(Options options) : m_options(std::move(options))
{
    m_threads.reserve(static_cast<std::size_t>(m_options.threads));
    for (int worker = 0; worker < m_options.threads; ++worker)
        m_threads.emplace_back([this, worker] { work(worker); });
}

WorkerPool::~WorkerPool()
{
    stop();
}

void WorkerPool::refuse()
{
    std::deque<Job> waiting;
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        waiting.swap(m_jobs);
    }
    m_wake.notify_all();
    for (const Job &job : waiting)
        job.refuse(Problem(ProblemCode::ShuttingDown));
}

void WorkerPool::stop()
{
    refuse();
    for (std::thread &thread : m_threads)
        thread.join();
    m_threads.clear();
}

Result<void> WorkerPool::post(Job job)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping)
            return ProblemCode::ShuttingDown;
        if (m_jobs.size() >= m_options.capacity) {
            ++m_rejected;
            return queueIsFull(m_options.capacity);
        }
        m_jobs.push_back(std::move(job));
    }
    m_wake.notify_one();
    return {};
}

std::size_t WorkerPool::waiting() const
{
    const std::lock_guard lock(m_mutex);
    return m_jobs.size();
}

std::uint64_t WorkerPool::rejected() const
{
    const std::lock_guard lock(m_mutex);
    return m_rejected;
}

void WorkerPool::waitForJob(std::unique_lock<std::mutex> &lock, int worker)
{
    const auto isWanted = [this] { return m_stopping || !m_jobs.empty(); };
    if (m_options.idle && !m_wake.wait_for(lock, m_options.idleAfter, isWanted)) {
        lock.unlock();
        m_options.idle(worker);
        lock.lock();
    }
    m_wake.wait(lock, isWanted);
}

void WorkerPool::work(int worker)
{
    const std::string name = m_options.name + "-" + std::to_string(worker);
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    if (m_options.nice > 0)
        setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + m_options.nice); // on Linux: of this thread alone

    for (;;) {
        std::unique_lock lock(m_mutex);
        waitForJob(lock, worker);
        if (m_jobs.empty())
            return;
        const Job job = std::move(m_jobs.front());
        m_jobs.pop_front();
        lock.unlock();
        if (job.deadline <= std::chrono::steady_clock::now())
            job.refuse(noneInTime());
        else
            job.run(worker);
    }
}

Problem detail::exceptionProblem()
{
    QString what = QStringLiteral("an exception of an unknown type");
    try {
        throw;
    } catch (const std::exception &exception) {
        what = QString::fromUtf8(exception.what());
    } catch (...) { // NOLINT(bugprone-empty-catch): described above
    }
    return Problem(ProblemCode::Internal).withInternal(what);
}

} // namespace aegis
