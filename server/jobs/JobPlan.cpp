#include "server/jobs/JobPlan.h"

#include <algorithm>

namespace aegis {
namespace {

constexpr std::chrono::minutes firstRetry(1);

} // namespace

std::optional<Instant> nextRun(const JobState &state, const CronExpression &schedule)
{
    if (state.pausedAt)
        return std::nullopt;
    if (!state.lastStart)
        return state.createdAt;
    std::optional<Instant> next = schedule.next(std::max(*state.lastStart, state.updatedAt));
    if (next && state.failures > 0 && state.last.finishedAt) {
        const Instant retry = std::max(*state.last.finishedAt, state.updatedAt) + firstRetry * (1 << (state.failures - 1));
        next = std::min(*next, retry);
    }
    return next;
}

std::optional<JobDue> jobDue(const JobState &state, const CronExpression &schedule, Instant now)
{
    if (state.isRunning(now))
        return std::nullopt;
    if (state.last.outcome == QLatin1String("running")) {
        const Instant since = state.heldUntil.value_or(state.last.startedAt);
        const bool isManual = state.requestedAt || state.last.trigger == QLatin1String("manual");
        if (!isManual && state.pausedAt)
            return std::nullopt;
        return JobDue{.at = since, .trigger = isManual ? QStringLiteral("manual") : QStringLiteral("schedule")};
    }
    const std::optional<Instant> next = nextRun(state, schedule);
    if (state.requestedAt && *state.requestedAt <= now)
        return JobDue{.at = next ? std::min(*next, *state.requestedAt) : *state.requestedAt, .trigger = QStringLiteral("manual")};
    if (!next || *next > now)
        return std::nullopt;
    return JobDue{.at = *next, .trigger = QStringLiteral("schedule")};
}

} // namespace aegis
