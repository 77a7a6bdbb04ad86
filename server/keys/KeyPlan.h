#pragma once

#include "server/keys/KeyTimes.h"
#include "shared/time/ClockMargin.h"

#include <algorithm>
#include <chrono>

namespace aegis {

/// How signing keys take turns.
struct KeyRules {
    SigningAlgorithm algorithm = SigningAlgorithm::Es256;   ///< of keys that are made from now on; never HS256
    std::chrono::milliseconds rotation{};                   ///< how long a key signs
    std::chrono::milliseconds publishedAhead{};             ///< how long it is published before that, at least
    std::chrono::milliseconds tokenLifetime{};              ///< how long the last token of a key may be good after its turn
    std::chrono::milliseconds clockTolerance = clockMargin; ///< who differs more from the database's clock changes no key
};

/// What has to be done so that the keys are as the rules want them. Three promises: there is always one that signs, there is always
/// one that follows and has been published for long enough when it does, and none goes before its last token.
struct KeyPlan {
    bool makeFirst = false;               ///< there is none: one that signs at once
    std::vector<QByteArray> retire;       ///< others sign in their place
    Instant retiredUntil{};               ///< until then they verify
    QByteArray successor;                 ///< of those that retire
    std::vector<QByteArray> remove;       ///< they are good for nothing any more
    std::optional<Instant> nextSignsFrom; ///< one has to be made, whose turn is then

    bool isEmpty() const { return !makeFirst && retire.empty() && remove.empty() && !nextSignsFrom; }
    int keysToMake() const { return (makeFirst ? 1 : 0) + (nextSignsFrom ? 1 : 0); }

    /// `takesAlgorithm`: a next key of another algorithm than that of the rules gives way to one that has it, as soon as that has been
    /// published for long enough. Only a server that starts does this: two with different settings must not undo each other's
    /// keys for ever.
    static KeyPlan make(const std::vector<KeyTimes> &keys, const KeyRules &rules, Instant now, bool takesAlgorithm = false);

    /// The soonest that a key may sign which is published since its making. One from the future was made by a clock that was wrong: all
    /// that is known is that it is published now.
    static Instant soonest(const KeyTimes &key, const KeyRules &rules, Instant now)
    {
        return std::max(now, std::min(key.createdAt, now) + rules.publishedAhead);
    }
};

} // namespace aegis
