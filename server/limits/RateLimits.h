#pragma once

#include "server/http/RateLimiter.h"
#include "server/limits/LeakyBucket.h"
#include "server/redis/RedisClient.h"

namespace aegis {

/// How often calls of each class may be made.
struct RateLimitOptions {
    Rate login{.calls = 30, .window = std::chrono::minutes(5)};
    Rate signup{.calls = 10, .window = std::chrono::hours(1)};
    Rate refresh{.calls = 150, .window = std::chrono::minutes(5)};
    Rate mfa{.calls = 15, .window = std::chrono::minutes(1)};
    Rate mail{.calls = 20, .window = std::chrono::hours(1)};
    Rate slugCheck{.calls = 60, .window = std::chrono::minutes(1)};
    Rate account{.calls = 600, .window = std::chrono::minutes(1)};
    Rate client{.calls = 6000, .window = std::chrono::minutes(1)};
    std::size_t counters = 262'144;
    QByteArray prefix = QByteArrayLiteral("aegis"); ///< of keys in Redis
};

/// The limits by rate class: counted in memory, and in Redis as well when there is one, so that several instances are one. What
/// memory alone already refuses, Redis would refuse too and is not asked, so a flood stays in the process that it meets. While
/// Redis is away, memory goes on from what Redis last said: nothing is let through uncounted. Any I/O thread.
class RateLimits final : public http::RateLimiter {
public:
    /// Both outlive this; without Redis this instance counts alone.
    RateLimits(const LimitKeys &keys, RateLimitOptions options, RedisClient *redis);

    std::optional<http::RateVerdict> countAtOnce(RateClass rateClass, const LimitSubject &subject, Instant now) override;
    Task<http::RateVerdict> count(RateClass rateClass, LimitSubject subject, Instant now) override;

    /// Takes one from a rate that is no class of calls, in memory and in Redis alike; whether there was one. `kind` is a short word.
    Task<bool> take(QByteArrayView kind, LimitSubject subject, Rate rate, Instant now);

    quint64 refused(RateClass rateClass) const { return at(rateClass).refused.load(std::memory_order_relaxed); }
    quint64 overflows() const { return m_table.overflows(); }
    /// Calls that this instance counted alone although there is a Redis.
    quint64 countedAlone() const { return m_countedAlone.load(std::memory_order_relaxed); }

    /// The classes that are counted.
    static std::span<const RateClass> classes();

private:
    struct Class {
        Rate rate;
        QByteArray name; ///< on the wire
        QByteArray policy;
        std::atomic<quint64> refused{0};
    };

    const Class &at(RateClass rateClass) const { return m_classes[static_cast<std::size_t>(rateClass)]; }
    BucketVerdict takeHere(const CounterPlace &place, const Rate &rate, Instant now);
    /// Nothing: Redis did not say.
    Task<std::optional<BucketVerdict>> takeThere(QByteArray key, CounterPlace place, Rate rate, Instant now);
    http::RateVerdict told(RateClass rateClass, const BucketVerdict &verdict);

    const LimitKeys &m_keys;
    RedisClient *const m_redis;
    const QByteArray m_prefix;
    std::array<Class, static_cast<std::size_t>(RateClass::Client) + 1> m_classes;
    CounterTable<LeakyBucket> m_table;
    std::atomic<quint64> m_countedAlone{0};
};

} // namespace aegis
