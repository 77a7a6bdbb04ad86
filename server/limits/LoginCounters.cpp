#include "server/limits/LoginCounters.h"

#include <cmath>

namespace aegis {
namespace {

using std::chrono::milliseconds;

std::int64_t millisecondsOf(Instant now)
{
    return std::chrono::floor<milliseconds>(now.time_since_epoch()).count();
}

/// How long the attempt after so many failures has to wait from the last of them.
std::int64_t pauseAfter(const LoginRules &rules, int failures)
{
    if (failures < rules.failures)
        return 0;
    const double length = std::ldexp(static_cast<double>(rules.pause.count()), std::min(failures - rules.failures, 40));
    return static_cast<std::int64_t>(std::min(length, static_cast<double>(rules.pauseMax.count())));
}

std::int64_t delayAfter(const LoginRules &rules, int failures)
{
    if (failures < rules.accountFailures)
        return 0;
    if (rules.strict)
        return rules.lock.count();
    return std::min(rules.delay.count() * (failures - rules.accountFailures + 1), rules.delayMax.count());
}

/// A clock that was set back makes nobody wait longer than the pause.
milliseconds waitFor(std::int64_t last, std::int64_t length, std::int64_t now)
{
    return milliseconds(std::clamp<std::int64_t>(last + length - now, 0, length));
}

constexpr unsigned ofPair = 101, ofAccount = 102, ofAddress = 103, ofMember = 104;

} // namespace

bool LoginCounters::Failures::isSpent(Instant now) const
{
    return count <= 0 || millisecondsOf(now) - last >= std::int64_t(forgottenAfter) * 1000;
}

bool LoginCounters::Members::isSpent(Instant now) const
{
    return until <= millisecondsOf(now);
}

LoginCounters::LoginCounters(const LimitKeys &keys, LoginRules rules, std::size_t counters) :
    m_keys(keys), m_rules(rules), m_pairs(counters / 4, rules.failures), m_accounts(counters / 4, rules.accountFailures),
    m_accountsOfAddress(counters / 32), m_addressesOfAccount(counters / 32)
{
}

/// Calls the function with both counters, under both locks: pairs first, then accounts, by everybody. In the place of an account's
/// counter that is shared it sees one that has counted nothing.
template <class Function> auto LoginCounters::both(const LoginSubjects &subjects, Instant now, Function function)
{
    return m_pairs.with(m_keys.place(subjects.pair, ofPair), now, [&](Failures &pair, bool isPairShared) {
        return m_accounts.with(m_keys.place(subjects.account, ofAccount), now, [&](Failures &found, bool isAccountShared) {
            Failures none{};
            Failures &account = isAccountShared ? none : found;
            for (Failures *counter : {&pair, &account}) {
                counter->forgottenAfter = static_cast<std::int32_t>(m_rules.forgotten.count() / 1000);
                if (counter->isSpent(now))
                    counter->count = 0;
            }
            if constexpr (std::is_invocable_v<Function, Failures &, Failures &, bool>)
                return function(pair, account, isPairShared);
            else
                return function(pair, account);
        });
    });
}

LoginAdmission LoginCounters::begin(const LoginSubjects &subjects, bool held, Instant now)
{
    using Refusal = LoginAdmission::Refusal;
    const std::int64_t present = millisecondsOf(now);
    return both(subjects, now, [&](Failures &pair, Failures &account) -> LoginAdmission {
        if (const auto refused = refusalOf(pair, account, present))
            return *refused;
        const milliseconds delay = waitFor(account.last, delayAfter(m_rules, account.count), present);
        if (delay.count() > 0 && (m_rules.strict || held))
            return {.refusal = Refusal::Account, .wait = delay, .pairFailures = pair.count, .accountFailures = account.count};
        if (m_rules.strict && account.count >= m_rules.accountFailures)
            account.count = 0; // the lock is over
        for (Failures *counter : {&pair, &account}) {
            ++counter->count;
            counter->last = present;
        }
        return {.refusal = Refusal::None, .wait = {}, .pairFailures = pair.count, .accountFailures = account.count};
    });
}

void LoginCounters::release(const LoginSubjects &subjects, Instant now)
{
    both(subjects, now, [](Failures &pair, Failures &account) {
        pair.count = std::max(0, pair.count - 1);
        account.count = std::max(0, account.count - 1);
    });
}

void LoginCounters::succeed(const LoginSubjects &subjects, Instant now)
{
    both(subjects, now, [](Failures &pair, Failures &account, bool isPairShared) {
        pair.count = isPairShared ? std::max(0, pair.count - 1) : 0; // of the others' failures nothing is forgiven
        account.count = 0;
    });
}

void LoginCounters::forget(const LoginSubjects &subjects, Instant now)
{
    both(subjects, now, [](Failures &pair, Failures &account, bool isPairShared) {
        if (!isPairShared)
            pair.count = 0;
        account.count = 0;
    });
}

void LoginCounters::forgetAccount(const LimitSubject &account, Instant now)
{
    m_accounts.with(m_keys.place(account, ofAccount), now, [](Failures &counter, bool isShared) {
        if (!isShared)
            counter.count = 0;
    });
}

void LoginCounters::adopt(const LoginSubjects &subjects, const LoginAdmission &known, Instant now)
{
    both(subjects, now, [&](Failures &pair, Failures &account) {
        const bool isAdmitted = known.refusal == LoginAdmission::Refusal::None;
        pair.count = std::max(known.pairFailures, pair.count + (isAdmitted ? 1 : 0));
        account.count = known.accountFailures;
        if (isAdmitted)
            pair.last = account.last = millisecondsOf(now);
    });
}

std::optional<LoginAdmission> LoginCounters::refusedHere(const LoginSubjects &subjects, Instant now)
{
    return both(subjects, now, [&](Failures &pair, Failures &account) { return refusalOf(pair, account, millisecondsOf(now)); });
}

std::optional<LoginAdmission> LoginCounters::refusalOf(const Failures &pair, const Failures &account, std::int64_t present) const
{
    const milliseconds pause = waitFor(pair.last, pauseAfter(m_rules, pair.count), present);
    if (pause.count() == 0)
        return std::nullopt;
    return LoginAdmission{.refusal = LoginAdmission::Refusal::Pair, .wait = pause, .pairFailures = pair.count, .accountFailures = account.count};
}

LoginSuspicion LoginCounters::fail(const LoginSubjects &subjects, Instant now)
{
    const quint64 account = m_keys.place(subjects.account, ofMember).key;
    const quint64 address = m_keys.place(subjects.address, ofMember).key;
    return {.manyAccounts = add(m_accountsOfAddress, m_keys.place(subjects.address, ofAddress), account, m_rules.suspiciousAccounts, now),
            .manyAddresses = add(m_addressesOfAccount, m_keys.place(subjects.account, ofAccount), address, m_rules.suspiciousAddresses, now)};
}

/// Whether the member was new, and made it as many as are suspicious.
bool LoginCounters::add(CounterTable<Members> &table, const CounterPlace &place, quint64 member, int most, Instant now)
{
    return table.with(place, now, [&](Members &members) {
        if (members.isSpent(now))
            members = Members{.until = millisecondsOf(now) + m_rules.window.count(), .count = 0, .keys = {}};
        const auto end = members.keys.begin() + members.count;
        if (members.count >= most || std::find(members.keys.begin(), end, member) != end)
            return false;
        members.keys[static_cast<std::size_t>(members.count++)] = member;
        return members.count == most;
    });
}

} // namespace aegis
