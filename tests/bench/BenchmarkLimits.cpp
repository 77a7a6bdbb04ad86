#include "server/limits/RateLimits.h"
#include "server/sessions/RevocationList.h"
#include "tests/bench/Benchmarks.h"

#include <QtCore/QRandomGenerator>

#include <time.h>

namespace aegis::bench {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 5;
constexpr int calls = 400'000;
constexpr std::size_t addresses = 50'000;
constexpr std::size_t revoked = 10'000;

/// Processor time of this thread: it only computes, and what else the machine does is not its cost.
std::chrono::nanoseconds spent()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

} // namespace

void measureLimits(Report &report)
{
    QRandomGenerator random(1);
    const Instant start = systemNow();
    const LimitKeys keys(Secret("0123456789abcdef0123456789abcdef"));
    RateLimits limits(keys, {}, nullptr);
    RevocationList revocations;
    std::vector<QHostAddress> clients;
    for (std::size_t i = 0; i < addresses; ++i) {
        Q_IPV6ADDR ipv6;
        std::generate(std::begin(ipv6.c), std::end(ipv6.c), [&] { return static_cast<quint8>(random.bounded(256)); });
        clients.push_back(i % 2 ? QHostAddress(random.generate()) : QHostAddress(ipv6));
    }
    for (std::size_t i = 0; i < revoked; ++i)
        revocations.revoke({.kind = i % 4 ? RevocationKind::Session : RevocationKind::User,
                            .subject = SessionId::make(start).uuid(),
                            .notBefore = start,
                            .expiresAt = start + 15min});
    std::vector<AccessGrant> grants(1'000);
    for (AccessGrant &grant : grants) {
        grant.user = UserId::make(start);
        grant.session = SessionId::make(start);
        grant.organization = OrganizationId::make(start);
        grant.token = TokenId::make(start);
    }

    std::vector<double> microseconds;
    quint64 refused = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto begin = spent();
        for (int call = 0; call < calls; ++call) {
            const auto &client = clients[static_cast<std::size_t>(random.bounded(static_cast<int>(addresses)))];
            const auto verdict = limits.countAtOnce(RateClass::Refresh, LimitSubject::of(client), start + std::chrono::microseconds(call));
            refused += verdict && !verdict->isAllowed ? 1 : 0;
            refused += revocations.isRevoked(grants[static_cast<std::size_t>(call) % grants.size()]) ? 1 : 0;
            refused += revocations.age() < 0ms ? 1 : 0;
        }
        microseconds.push_back(std::chrono::duration<double, std::micro>(spent() - begin).count() / calls);
    }
    report.add(QStringLiteral("limiter and revocation check, in memory"), microseconds, Report::Want::AtMost, 2, QStringLiteral("us"),
               QStringLiteral("%1 addresses, %2 revocations, %3 refused").arg(addresses).arg(revoked).arg(refused));
}

} // namespace aegis::bench
