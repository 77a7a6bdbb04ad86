#pragma once

#include "shared/result/Problem.h"

namespace aegis {

/// `overloaded`: so many wait already that one more would wait too long.
inline Problem queueIsFull(std::size_t capacity)
{
    return Problem(ProblemCode::Overloaded)
        .withRetryAfter(std::chrono::seconds(1))
        .withInternal(QStringLiteral("a queue of %1 is full").arg(capacity));
}

/// `handler_timeout`: nobody waits any more for what was to be done.
inline Problem noneInTime()
{
    return Problem(ProblemCode::HandlerTimeout).withInternal(QStringLiteral("no worker was free in time"));
}

} // namespace aegis
