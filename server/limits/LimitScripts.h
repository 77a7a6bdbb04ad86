#pragma once

#include "server/redis/RedisScript.h"

namespace aegis {

/// What Redis carries out for the limits, each in one go. They do what LeakyBucket and LoginCounters do in memory, and tests hold
/// the two against each other. Times are those of the caller, so the instances' clocks have to agree within the second.
class LimitScripts {
public:
    /// KEYS: the counter. ARGV: now and the step in microseconds, the calls. Gives whether one was taken, and when all are there again.
    static const RedisScript &take();
    /// KEYS: the counters of the pair and of the account. ARGV: now in ms, whether the account's delay counts, then the rules as
    /// LoginThrottle lists them. Gives who refuses (0 nobody, 1 the pair, 2 the account), for how many ms, and both counts.
    static const RedisScript &beginLogin();
    /// KEYS: as above. Takes back what beginLogin() counted.
    static const RedisScript &releaseLogin();
    /// KEYS: the accounts of the address, the addresses of the account. ARGV: account, address, window in ms, how many of each are
    /// suspicious. Gives for both whether this was the one that made it suspicious.
    static const RedisScript &failLogin();
};

} // namespace aegis
