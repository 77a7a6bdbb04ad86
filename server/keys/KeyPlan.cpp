#include "server/keys/KeyPlan.h"

namespace aegis {
namespace {

/// For servers that learn of a change a little later (JWT_KEY_POLL is a minute at most) and sign by what they knew meanwhile, and for
/// clocks of two of them that differ, by twice what each may differ from the database's.
constexpr std::chrono::minutes margin{5};
static_assert(margin > 2 * clockMargin + std::chrono::minutes(1));

} // namespace

KeyPlan KeyPlan::make(const std::vector<KeyTimes> &keys, const KeyRules &rules, Instant now, bool takesAlgorithm)
{
    KeyPlan plan;
    std::vector<KeyTimes> alive;
    for (const KeyTimes &key : keys) {
        if (key.verifiesUntil && *key.verifiesUntil <= now)
            plan.remove.push_back(key.kid);
        else
            alive.push_back(key);
    }
    const bool hasSigner = std::any_of(alive.begin(), alive.end(), [](const KeyTimes &key) { return !key.signsUntil; });
    if (!hasSigner) {
        plan.makeFirst = true;
        plan.nextSignsFrom = now + rules.rotation;
        return plan;
    }

    const std::size_t place = signingPlace(alive, now);
    const KeyTimes &signing = alive[place];
    bool hasNext = false;
    for (std::size_t i = 0; i < alive.size(); ++i) {
        const KeyTimes &key = alive[i];
        if (i == place || key.signsUntil)
            continue;
        if (key.signsFrom <= now) {
            plan.retire.push_back(key.kid);
        } else if (takesAlgorithm && key.algorithm != rules.algorithm && key.signsFrom > now + margin) {
            plan.remove.push_back(key.kid); // it has signed nothing, and nobody is about to begin
        } else {
            hasNext = true;
        }
    }
    if (!plan.retire.empty()) {
        plan.successor = signing.kid;
        plan.retiredUntil = now + rules.tokenLifetime + margin;
    }
    if (!hasNext) {
        const Instant soonest = now + rules.publishedAhead;
        const bool isOther = takesAlgorithm && signing.algorithm != rules.algorithm;
        plan.nextSignsFrom = isOther ? soonest : std::max(signing.signsFrom + rules.rotation, soonest);
    }
    return plan;
}

} // namespace aegis
