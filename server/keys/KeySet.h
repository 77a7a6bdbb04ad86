#pragma once

#include "server/crypto/JwtSigner.h"
#include "server/crypto/JwtVerifier.h"
#include "server/keys/KeyTimes.h"

#include <QtCore/QByteArray>

namespace aegis {

/// A signing key with its times.
struct TimedKey {
    SigningKey key;
    KeyTimes times;
};

/// The keys of access tokens: one signs, all verify, the public ones are published. Immutable. Which one signs depends on the moment, so
/// a turn that is planned comes without anybody having to look.
class KeySet {
public:
    /// The first key signs at any time.
    static KeySet of(const std::vector<SigningKey> &keys);
    /// Of none, too: such a set signs nothing and believes nothing.
    static KeySet of(const std::vector<TimedKey> &keys, Instant now);

    /// Null when it holds none whose turn is not over: whoever has the others goes on signing.
    const JwtSigner *signerAt(Instant now) const;
    const JwtVerifier &verifier() const { return m_verifier; }
    /// JSON Web Key Set (RFC 7517, section 5), the key that signed when this was made first; no keys when a shared secret signs.
    const QByteArray &jwks() const { return m_jwks; }
    /// Names that document (RFC 9110, 8.8.3), with its quotes.
    const QByteArray &etag() const { return m_etag; }
    /// Whether every key of the other one is in this one.
    bool holdsAllOf(const KeySet &other) const;
    /// Of its keys, the same first.
    const std::vector<KeyTimes> &times() const { return m_times; }

private:
    KeySet(std::vector<KeyTimes> times, const std::vector<SigningKey> &keys);

    std::vector<KeyTimes> m_times;
    std::vector<JwtSigner> m_signers; ///< in the order of the times
    JwtVerifier m_verifier;
    QByteArray m_jwks;
    QByteArray m_etag;
};

} // namespace aegis
