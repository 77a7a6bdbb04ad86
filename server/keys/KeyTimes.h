#pragma once

#include "server/crypto/SigningKey.h"
#include "shared/time/Instant.h"

#include <array>
#include <vector>

namespace aegis {

/// What is known of a signing key besides its private part: whose turn it is, and when.
struct KeyTimes {
    QByteArray kid;
    SigningAlgorithm algorithm = SigningAlgorithm::Es256;
    Instant createdAt{};
    Instant signsFrom{};                    ///< it is published before that
    std::optional<Instant> signsUntil{};    ///< when the next one was seen to have taken over; nothing: it has not happened
    std::optional<Instant> verifiesUntil{}; ///< when the last token that it signed has expired

    friend bool operator==(const KeyTimes &, const KeyTimes &) = default;
};

/// What a key does at a moment.
enum class KeyState {
    Next,      ///< is published and verifies, and does not sign yet
    Signing,   ///< signs
    Verifying, ///< has signed; its last tokens have not expired
    Expired,   ///< nothing any more
};
inline constexpr std::array keyStates{KeyState::Next, KeyState::Signing, KeyState::Verifying};
QLatin1String keyStateName(KeyState state);

/// The place of the key that signs at that moment: the one whose turn came last. There is always one, unless there is no key.
std::size_t signingPlace(const std::vector<KeyTimes> &keys, Instant now);
KeyState keyStateAt(const std::vector<KeyTimes> &keys, std::size_t place, Instant now);

} // namespace aegis
