#pragma once

#include "server/db/DatabaseSession.h"

namespace aegis {

/// What a server does for its database every hour, beside its requests: makes the partitions of the coming week's events,
/// then removes revocations and answers to idempotent calls that have expired, in small transactions. Any number of
/// instances may do it at once. The partitions come first, and nothing that fails later takes them back.
Result<void> keepHouse(DatabaseSession &session, Instant now);

} // namespace aegis
