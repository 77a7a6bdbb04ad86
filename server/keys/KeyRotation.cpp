#include "server/keys/KeyRotation.h"

#include "server/events/EventStore.h"
#include "server/keys/SigningKeyStore.h"

namespace aegis {
namespace {

using Keys = std::vector<KeyTimes>;

QString text(QByteArrayView latin1)
{
    return QString::fromLatin1(latin1.data(), latin1.size());
}

EventDraft madeEvent(const SigningKey &key, Instant signsFrom)
{
    return {.type = EventType::SigningKeyMade,
            .subject = {},
            .payload = {{QStringLiteral("kid"), text(key.kid())},
                        {QStringLiteral("algorithm"), text(algorithmName(key.algorithm()))},
                        {QStringLiteral("signsFrom"), text(toRfc3339(signsFrom))}}};
}

EventDraft rotatedEvent(const QByteArray &kid, SigningAlgorithm algorithm, const QJsonValue &replaces)
{
    return {.type = EventType::SigningKeyRotated,
            .subject = {},
            .payload = {{QStringLiteral("kid"), text(kid)},
                        {QStringLiteral("algorithm"), text(algorithmName(algorithm))},
                        {QStringLiteral("replaces"), replaces}}};
}

} // namespace

Result<std::vector<SigningKey>> KeyRotation::make(int count) const
{
    std::vector<SigningKey> made;
    for (int i = 0; i < count; ++i) {
        TRY(SigningKey key, SigningKey::generate(m_rules.algorithm));
        made.push_back(std::move(key));
    }
    return made;
}

Result<std::vector<KeyTimes>> KeyRotation::begin(Tx &tx) const
{
    CHECK(SigningKeyStore::lock(tx));
    const Instant now = tx.context().now;
    TRY(const Instant clock, SigningKeyStore::clock(tx));
    if (std::chrono::abs(now - clock) > m_rules.clockTolerance) {
        return Problem(ProblemCode::Internal,
                       QStringLiteral("the clock of this machine and that of the database differ by more than %1 s, so signing keys are left as "
                                      "they are: set the wrong one right")
                           .arg(std::chrono::duration_cast<std::chrono::seconds>(m_rules.clockTolerance).count()));
    }
    TRY(Keys keys, SigningKeyStore::times(tx));
    if (!keys.empty())
        CHECK(tryOpening(tx, keys[signingPlace(keys, now)].kid));
    return keys;
}

Result<void> KeyRotation::tryOpening(Tx &tx, const QByteArray &kid) const
{
    TRY(const std::optional<SealedKey> sealed, SigningKeyStore::sealed(tx, kid));
    if (sealed)
        CHECK(SigningKeyStore(m_sealing).open(*sealed));
    return {};
}

Result<std::vector<KeyTimes>> KeyRotation::keepUp(Instant now, bool takesAlgorithm)
{
    const RequestContext context = RequestContext::forSystem(now);
    TRY(Keys keys, m_session.read<Keys>(context, SigningKeyStore::times));
    const KeyPlan due = KeyPlan::make(keys, m_rules, now, takesAlgorithm);
    if (due.isEmpty())
        return keys;
    TRY(const std::vector<SigningKey> made, make(due.keysToMake()));
    return m_session.write<Keys>(context, [&](Tx &tx) -> Result<Keys> {
        TRY(const Keys present, begin(tx));
        const KeyPlan plan = KeyPlan::make(present, m_rules, now, takesAlgorithm); // another instance may have done it meanwhile
        if (plan.keysToMake() <= static_cast<int>(made.size()))
            CHECK(carryOut(tx, plan, made));
        return SigningKeyStore::times(tx);
    });
}

Result<void> KeyRotation::carryOut(Tx &tx, const KeyPlan &plan, std::vector<SigningKey> made) const
{
    const SigningKeyStore store(m_sealing);
    const Instant now = tx.context().now;
    EventBatch events(tx.context());
    const auto add = [&](Instant signsFrom) -> Result<void> {
        const SigningKey key = std::move(made.back());
        made.pop_back();
        events.add(madeEvent(key, signsFrom));
        if (signsFrom <= now)
            events.add(rotatedEvent(key.kid(), key.algorithm(), QJsonValue::Null));
        return store.add(tx, key, signsFrom);
    };
    if (!plan.remove.empty())
        CHECK(SigningKeyStore::remove(tx, plan.remove));
    if (!plan.retire.empty()) {
        TRY(const Keys keys, SigningKeyStore::times(tx));
        const auto successor = std::find_if(keys.begin(), keys.end(), [&](const KeyTimes &key) { return key.kid == plan.successor; });
        CHECK(SigningKeyStore::retire(tx, plan.retire, plan.retiredUntil));
        for (const QByteArray &kid : plan.retire)
            events.add(rotatedEvent(successor->kid, successor->algorithm, text(kid)));
    }
    if (plan.makeFirst)
        CHECK(add(now));
    if (plan.nextSignsFrom)
        CHECK(add(*plan.nextSignsFrom));
    if (events.isEmpty())
        return {};
    return EventStore::append(tx, events);
}

Result<KeyRotation::Turn> KeyRotation::rotate(Instant now)
{
    CHECK(keepUp(now)); // there is a next key afterwards
    const RequestContext context = RequestContext::forSystem(now);
    TRY(const Turn turn, m_session.write<Turn>(context, [&](Tx &tx) -> Result<Turn> {
        TRY(const Keys keys, begin(tx));
        const auto next = std::find_if(keys.begin(), keys.end(), [&](const KeyTimes &key) { return key.signsFrom > now; });
        if (next == keys.end()) // it has taken over since
            return Turn{keys[signingPlace(keys, now)].kid, now};
        CHECK(tryOpening(tx, next->kid)); // or nobody could sign
        const Instant soonest = std::min(next->signsFrom, KeyPlan::soonest(*next, m_rules, now));
        if (soonest < next->signsFrom)
            CHECK(SigningKeyStore::advance(tx, next->kid, soonest));
        return Turn{next->kid, soonest};
    }));
    CHECK(keepUp(now)); // if it signs already, the one before retires, and one follows
    return turn;
}

} // namespace aegis
