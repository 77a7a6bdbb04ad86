#include "server/limits/LoginThrottle.h"

#include "server/limits/LimitScripts.h"
#include "shared/text/EmailAddress.h"

namespace aegis {
namespace {

QByteArray number(std::chrono::milliseconds time)
{
    return QByteArray::number(qint64(time.count()));
}

QByteArray number(Instant now)
{
    return number(std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()));
}

QByteArrayView viewOf(const LimitSubject &subject)
{
    return {reinterpret_cast<const char *>(subject.bytes.data()), static_cast<qsizetype>(subject.bytes.size())};
}

} // namespace

LoginAttempt::~LoginAttempt()
{
    if (m_throttle)
        m_throttle->settle(m_subjects, false, m_isShared, m_now);
}

void LoginAttempt::succeed()
{
    if (LoginThrottle *throttle = std::exchange(m_throttle, nullptr))
        throttle->settle(m_subjects, true, m_isShared, m_now);
}

Task<LoginSuspicion> LoginAttempt::fail()
{
    LoginThrottle *throttle = std::exchange(m_throttle, nullptr);
    if (!throttle)
        co_return LoginSuspicion();
    co_return co_await throttle->fail(m_subjects, m_now);
}

bool LoginAttempt::isLast() const
{
    return m_throttle && m_throttle->m_rules.strict && m_failures >= m_throttle->m_rules.accountFailures;
}

LoginThrottle::LoginThrottle(const LimitKeys &keys, LoginRules rules, std::size_t counters, RedisClient *redis, const QByteArray &prefix) :
    m_keys(keys), m_rules(rules), m_redis(redis), m_prefix(prefix + ":login:"), m_counters(keys, rules, counters)
{
}

LoginSubjects LoginThrottle::subjectsOf(const QString &typedEmail, const QHostAddress &client) const
{
    const auto email = EmailAddress::parse(typedEmail);
    const QByteArray text = (email ? email->text() : typedEmail.toLower()).toUtf8();
    const LimitSubject address = LimitSubject::of(client);
    const LimitSubject account = m_keys.hashed("account", text);
    LimitSubject pair = m_keys.hashed("pair", viewOf(account).toByteArray() + viewOf(address).toByteArray());
    pair.neighbourhood = address.neighbourhood; // e-mail addresses are invented at will, networks are not
    return {.account = account, .pair = pair, .address = address};
}

LoginThrottle::SharedKeys LoginThrottle::sharedKeys(const LoginSubjects &subjects) const
{
    // Both counters of a login in one slot, should somebody put a cluster behind it.
    const QByteArray account = '{' + viewOf(subjects.account).toByteArray().toHex() + '}';
    return {.pair = m_prefix + account + ":pair:" + viewOf(subjects.pair).toByteArray().toHex(),
            .account = m_prefix + account,
            .accountsOfAddress = m_prefix + "accounts:" + m_keys.shared("address", subjects.address),
            .addressesOfAccount = m_prefix + account + ":addresses"};
}

Task<LoginThrottle::Answer> LoginThrottle::begin(LoginSubjects subjects, bool held, Instant now)
{
    std::optional<LoginAdmission> admission;
    if (m_redis) {
        // Whoever has failed too often here has to pause, whatever Redis says.
        admission = m_counters.refusedHere(subjects, now);
        if (!admission)
            admission = co_await beginThere(subjects, held, now);
    }
    const bool isShared = admission.has_value();
    if (!admission)
        admission = m_counters.begin(subjects, held, now);
    Answer answer{.admission = *admission, .attempt = std::nullopt};
    m_refused[static_cast<std::size_t>(admission->refusal)].fetch_add(1, std::memory_order_relaxed);
    if (admission->refusal == LoginAdmission::Refusal::None)
        answer.attempt.emplace(LoginAttempt(*this, subjects, now, admission->accountFailures, isShared));
    co_return answer;
}

Task<std::optional<LoginAdmission>> LoginThrottle::beginThere(LoginSubjects subjects, bool held, Instant now)
{
    const SharedKeys keys = sharedKeys(subjects);
    const QByteArrayList counters{keys.pair, keys.account};
    const QByteArrayList arguments{number(now),
                                   held ? "1" : "0",
                                   QByteArray::number(m_rules.failures),
                                   number(m_rules.pause),
                                   number(m_rules.pauseMax),
                                   number(m_rules.forgotten),
                                   QByteArray::number(m_rules.accountFailures),
                                   number(m_rules.delay),
                                   number(m_rules.delayMax),
                                   m_rules.strict ? "1" : "0",
                                   number(m_rules.lock)};
    auto reply = co_await m_redis->evaluate(LimitScripts::beginLogin(), counters, arguments);
    // What is no answer of the script counts as none.
    if (!reply || !reply->isIntegers(4) || reply->elements[0].integer < 0 || reply->elements[0].integer > 2) {
        ++m_countedAlone;
        co_return std::optional<LoginAdmission>();
    }
    const auto integer = [&](std::size_t place) { return reply->elements[place].integer; };
    const std::int64_t longest = std::max({m_rules.pauseMax, m_rules.delayMax, m_rules.lock}).count();
    LoginAdmission admission{.refusal = static_cast<LoginAdmission::Refusal>(integer(0)),
                             .wait = std::chrono::milliseconds(std::clamp<std::int64_t>(integer(1), 0, longest)),
                             .pairFailures = static_cast<int>(std::clamp<qint64>(integer(2), 0, 1'000'000)),
                             .accountFailures = static_cast<int>(std::clamp<qint64>(integer(3), 0, 1'000'000))};
    m_counters.adopt(subjects, admission, now);
    co_return admission;
}

Task<LoginSuspicion> LoginThrottle::fail(LoginSubjects subjects, Instant now)
{
    if (m_redis) {
        const SharedKeys keys = sharedKeys(subjects);
        const QByteArrayList sets{keys.accountsOfAddress, keys.addressesOfAccount};
        const QByteArrayList arguments{viewOf(subjects.account).toByteArray().toHex(), m_keys.shared("address", subjects.address),
                                       number(m_rules.window), QByteArray::number(m_rules.suspiciousAccounts),
                                       QByteArray::number(m_rules.suspiciousAddresses)};
        auto reply = co_await m_redis->evaluate(LimitScripts::failLogin(), sets, arguments);
        if (reply && reply->isIntegers(2))
            co_return LoginSuspicion{.manyAccounts = reply->elements[0].integer == 1, .manyAddresses = reply->elements[1].integer == 1};
    }
    co_return m_counters.fail(subjects, now);
}

void LoginThrottle::forget(const LoginSubjects &subjects, Instant now)
{
    m_counters.forget(subjects, now);
    if (m_redis)
        spawn(settleThere(subjects, true), [](auto &&...) {});
}

void LoginThrottle::settle(const LoginSubjects &subjects, bool succeeded, bool isShared, Instant now)
{
    if (succeeded)
        m_counters.succeed(subjects, now);
    else
        m_counters.release(subjects, now);
    if (m_redis && isShared)
        spawn(settleThere(subjects, succeeded), [](auto &&...) {});
}

Task<Result<void>> LoginThrottle::settleThere(LoginSubjects subjects, bool succeeded)
{
    const SharedKeys keys = sharedKeys(subjects);
    const QByteArrayList counters{keys.pair, keys.account};
    const QByteArrayList forget = QByteArrayList{"DEL"} + counters;
    const QByteArrayList arguments;
    if (succeeded)
        static_cast<void>(co_await m_redis->call(forget));
    else
        static_cast<void>(co_await m_redis->evaluate(LimitScripts::releaseLogin(), counters, arguments));
    co_return Result<void>();
}

Task<void> LoginThrottle::forgetAccount(QString email, Instant now)
{
    const LoginSubjects subjects = subjectsOf(email, {});
    m_counters.forgetAccount(subjects.account, now);
    const QByteArrayList forget{"DEL", sharedKeys(subjects).account};
    if (m_redis)
        static_cast<void>(co_await m_redis->call(forget));
}

} // namespace aegis
