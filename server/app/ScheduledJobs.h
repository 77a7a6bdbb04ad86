#pragma once

#include "server/app/Services.h"
#include "server/jobs/JobThreads.h"

namespace aegis {

/// The scheduled jobs of a server: which there are, what runs them, and who is told of them.
class ScheduledJobs {
public:
    /// The services must outlive it.
    ScheduledJobs(Services &services, const Settings &settings, const std::function<Instant()> &clock);
    /// Ends after the steps that are under way; another server goes on.
    ~ScheduledJobs();
    ScheduledJobs(const ScheduledJobs &) = delete;
    ScheduledJobs &operator=(const ScheduledJobs &) = delete;

    /// Waits for nothing.
    void start() { m_threads.start(); }

private:
    JobService &m_service;
    JobObserver m_observer;
    JobRunner m_runner;
    JobThreads m_threads;
};

/// All jobs of a server with these settings. The sealing must outlive them.
std::vector<Job> scheduledJobs(const Settings &settings, const Sealing &sealing);

} // namespace aegis
