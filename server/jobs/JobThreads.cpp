#include "server/jobs/JobThreads.h"

#include "server/log/Log.h"

#include <pthread.h>

namespace aegis {

JobThreads::JobThreads(const Database &database, JobRunner &runner, std::chrono::milliseconds pause) :
    m_database(database), m_runner(runner), m_session(database.session()),
    m_loop(std::make_unique<BackgroundLoop>(BackgroundLoop::Options{.name = "jobs", .pause = pause, .step = [this] { return look(); }}))
{
}

JobThreads::~JobThreads()
{
    m_runner.stop();
    m_loop.reset(); // from here on nobody starts another one
    for (Worker &worker : m_workers)
        worker.thread.join();
}

Result<void> JobThreads::look()
{
    reap();
    TRY(const int due, m_runner.look(m_session));
    const int busy = static_cast<int>(m_workers.size()) - m_runner.hanging();
    for (int more = std::min(due, most) - std::max(busy, 0); more > 0; --more) {
        Worker &worker = m_workers.emplace_back();
        worker.thread = std::thread([this, &worker] { work(worker); });
    }
    return {};
}

void JobThreads::work(Worker &worker)
{
    pthread_setname_np(pthread_self(), "job");
    try {
        DatabaseSession session = m_database.session();
        for (;;) {
            const Result<bool> ran = m_runner.runNext(session);
            if (!ran)
                log::warning("jobs_interrupted", {{"reason", QStringList{ran.problem().detail, ran.problem().internal}.join(u' ').trimmed()}});
            if (!ran || !*ran)
                break;
        }
    } catch (const std::exception &exception) {
        log::error("jobs_interrupted", {{"reason", QString::fromUtf8(exception.what())}});
    }
    worker.isDone = true;
}

void JobThreads::reap()
{
    for (auto worker = m_workers.begin(); worker != m_workers.end();) {
        if (!worker->isDone) {
            ++worker;
            continue;
        }
        worker->thread.join();
        worker = m_workers.erase(worker);
    }
}

} // namespace aegis
