#pragma once

#include "server/async/InTime.h"
#include "server/db/Database.h"

#include <algorithm>

namespace aegis {

/// How long a read may take when somebody waits who would rather hear "no" soon: a proxy that holds a request until
/// `/auth/verify` has answered, a load balancer that asks whether to send any. A database that is well needs milliseconds; one
/// that hangs is only taken for gone after DATABASE_STATEMENT_TIMEOUT and more. It is the patience that a restart of
/// PostgreSQL is met with, and no setting, for nothing else depends on it.
inline constexpr std::chrono::milliseconds quickReadTime{2'000};

namespace detail {

template <class T, class Function> Task<Result<T>> readAlone(Database &database, RequestContext context, Function function)
{
    auto answer = co_await database.read<T>(context, std::move(function));
    co_return answer;
}

} // namespace detail

/// `co_await quickRead<User>(database, context, [id](Tx &tx) -> Result<User> {...})`: as Database::read(), but the problem
/// `handler_timeout` comes after `quickReadTime`. The function may run on after that, so it must own what it works with.
template <class T, class Function> auto quickRead(Database &database, RequestContext context, Function function)
{
    context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + quickReadTime);
    return inTime(detail::readAlone<T>(database, std::move(context), std::move(function)), quickReadTime);
}

} // namespace aegis
