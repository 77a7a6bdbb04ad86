#pragma once

#include "server/crypto/JwtSigner.h"
#include "server/crypto/JwtVerifier.h"

#include <QtCore/QByteArray>

namespace aegis {

/// The keys of access tokens at one moment: one signs, all verify, the public ones are published. Immutable.
struct KeySet {
    JwtSigner signer;
    JwtVerifier verifier;
    QByteArray jwks; ///< JSON Web Key Set (RFC 7517, section 5); no keys when a shared secret signs

    /// The first key signs.
    static KeySet of(const std::vector<SigningKey> &keys);
};

} // namespace aegis
