#include "server/limits/RateLimits.h"

#include "server/http/documentation/EndpointDescription.h"
#include "server/limits/LimitScripts.h"

namespace aegis {
namespace {

constexpr std::array limited{RateClass::Login, RateClass::Signup, RateClass::Refresh, RateClass::SlugCheck,
                             RateClass::Mfa,   RateClass::Mail,   RateClass::Account, RateClass::Client};
static_assert(std::all_of(limited.begin(), limited.end(), isLimited));

/// For take(): classes have their numbers as salts.
constexpr unsigned saltOfOthers = 64;

std::chrono::seconds wholeSeconds(std::chrono::microseconds time)
{
    return std::chrono::ceil<std::chrono::seconds>(time);
}

QByteArray number(std::chrono::seconds time)
{
    return QByteArray::number(static_cast<qlonglong>(time.count()));
}

} // namespace

std::span<const RateClass> RateLimits::classes()
{
    return limited;
}

RateLimits::RateLimits(const LimitKeys &keys, RateLimitOptions options, RedisClient *redis) :
    m_keys(keys), m_redis(redis), m_prefix(options.prefix + ":rate:"), m_table(options.counters)
{
    const std::array<const Rate *, limited.size()> rates{&options.login, &options.signup, &options.refresh, &options.slugCheck,
                                                         &options.mfa,   &options.mail,   &options.account, &options.client};
    for (std::size_t i = 0; i < limited.size(); ++i) {
        Class &own = m_classes.at(static_cast<std::size_t>(limited[i]));
        own.rate = *rates[i];
        own.name = http::rateClassName(limited[i]).toLatin1();
        own.policy = '"' + own.name + "\";q=" + QByteArray::number(own.rate.calls) + ";w=" + number(wholeSeconds(own.rate.window));
    }
}

BucketVerdict RateLimits::takeHere(const CounterPlace &place, const Rate &rate, Instant now)
{
    return m_table.with(place, now, [&](LeakyBucket &bucket) { return bucket.take(rate, now); });
}

http::RateVerdict RateLimits::told(RateClass rateClass, const BucketVerdict &verdict)
{
    Class &own = m_classes[static_cast<std::size_t>(rateClass)];
    if (!verdict.isAllowed)
        own.refused.fetch_add(1, std::memory_order_relaxed);
    return {.isAllowed = verdict.isAllowed,
            .policy = own.policy,
            .state = '"' + own.name + "\";r=" + QByteArray::number(verdict.remaining) + ";t=" + number(wholeSeconds(verdict.resetAfter)),
            .retryAfter = std::max(wholeSeconds(verdict.retryAfter), std::chrono::seconds(1))};
}

std::optional<http::RateVerdict> RateLimits::countAtOnce(RateClass rateClass, const LimitSubject &subject, Instant now)
{
    const Rate &rate = at(rateClass).rate;
    const CounterPlace place = m_keys.place(subject, static_cast<unsigned>(rateClass));
    if (!m_redis)
        return told(rateClass, takeHere(place, rate, now));
    if (!m_redis->isUp()) {
        ++m_countedAlone;
        return told(rateClass, takeHere(place, rate, now));
    }
    // What is used up here is used up everywhere.
    const std::optional<BucketVerdict> refused = m_table.with(place, now, [&](LeakyBucket &bucket) {
        LeakyBucket tried = bucket;
        const BucketVerdict verdict = tried.take(rate, now);
        return verdict.isAllowed ? std::nullopt : std::optional(verdict);
    });
    return refused ? std::optional(told(rateClass, *refused)) : std::nullopt;
}

Task<http::RateVerdict> RateLimits::count(RateClass rateClass, LimitSubject subject, Instant now)
{
    const Class &own = at(rateClass);
    const CounterPlace place = m_keys.place(subject, static_cast<unsigned>(rateClass));
    std::optional<BucketVerdict> verdict = co_await takeThere(m_prefix + own.name + ':' + m_keys.shared(own.name, subject), place, own.rate, now);
    co_return told(rateClass, verdict ? *verdict : takeHere(place, own.rate, now));
}

Task<bool> RateLimits::take(QByteArrayView kind, LimitSubject subject, Rate rate, Instant now)
{
    const CounterPlace place = m_keys.place(subject, saltOfOthers + static_cast<unsigned>(qHash(kind) % 1'000'000));
    std::optional<BucketVerdict> verdict;
    if (m_redis)
        verdict = co_await takeThere(m_prefix + kind.toByteArray() + ':' + m_keys.shared(kind, subject), place, rate, now);
    co_return (verdict ? *verdict : takeHere(place, rate, now)).isAllowed;
}

Task<std::optional<BucketVerdict>> RateLimits::takeThere(QByteArray key, CounterPlace place, Rate rate, Instant now)
{
    const qint64 present = now.time_since_epoch().count();
    const QByteArrayList keys{std::move(key)};
    const QByteArrayList arguments{QByteArray::number(present), QByteArray::number(qint64(rate.step().count())), QByteArray::number(rate.calls)};
    auto reply = co_await m_redis->evaluate(LimitScripts::take(), keys, arguments);
    // What is no answer of the script counts as none.
    if (!reply || !reply->isIntegers(2)) {
        ++m_countedAlone;
        co_return std::optional<BucketVerdict>();
    }
    const std::int64_t window = rate.step().count() * rate.calls;
    co_return m_table.with(place, now, [&](LeakyBucket &bucket) {
        // No less than was counted here: Redis may have lost what it knew, or be somebody else.
        const bool isAllowed = reply->elements[0].integer == 1;
        const std::int64_t here = std::max<std::int64_t>(bucket.fullAt, present) + (isAllowed ? rate.step().count() : 0);
        bucket.fullAt = std::clamp<std::int64_t>(std::max(here, std::int64_t(reply->elements[1].integer)), present, present + window);
        return std::optional(bucket.verdictOf(rate, now, isAllowed));
    });
}

} // namespace aegis
