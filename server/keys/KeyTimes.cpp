#include "server/keys/KeyTimes.h"

#include <tuple>

namespace aegis {
namespace {

/// The later, the more it is its turn; the id decides between keys of the same moment, so that all servers choose the same.
auto turn(const KeyTimes &key)
{
    return std::tie(key.signsFrom, key.createdAt, key.kid);
}

bool maySign(const KeyTimes &key, Instant now)
{
    return key.signsFrom <= now && (!key.signsUntil || *key.signsUntil > now);
}

} // namespace

QLatin1String keyStateName(KeyState state)
{
    switch (state) {
    case KeyState::Next:
        return QLatin1String("next");
    case KeyState::Signing:
        return QLatin1String("signing");
    case KeyState::Verifying:
        return QLatin1String("verifying");
    case KeyState::Expired:
        return QLatin1String("expired");
    }
    return {};
}

std::size_t signingPlace(const std::vector<KeyTimes> &keys, Instant now)
{
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (maySign(keys[i], now) && (!best || turn(keys[*best]) < turn(keys[i])))
            best = i;
    }
    for (std::size_t i = 0; i < keys.size() && !best; ++i) { // a clock that was set back: rather one too early than none
        if (!keys[i].signsUntil)
            best = i;
    }
    return best.value_or(0);
}

KeyState keyStateAt(const std::vector<KeyTimes> &keys, std::size_t place, Instant now)
{
    const KeyTimes &key = keys[place];
    if (key.verifiesUntil && *key.verifiesUntil <= now)
        return KeyState::Expired;
    if (signingPlace(keys, now) == place)
        return KeyState::Signing;
    return key.signsFrom > now ? KeyState::Next : KeyState::Verifying;
}

} // namespace aegis
