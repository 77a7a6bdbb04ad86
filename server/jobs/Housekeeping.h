#pragma once

#include "server/db/Session.h"

namespace aegis {

/// What a server does for its database every hour, beside its requests: makes the partitions of the coming week's events,
/// and removes answers to idempotent calls and revocations that have expired. Any number of instances may do it at once.
Result<void> keepHouse(Session &session, Instant now);

} // namespace aegis
