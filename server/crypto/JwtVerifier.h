#pragma once

#include "server/crypto/SigningKey.h"

#include <vector>

namespace aegis {

/// Believes tokens of one type that one of its keys has signed. The header's `kid` picks among the keys, and the key says
/// which algorithm it must be; `alg: none` and keys inside the token have no way in. Immutable: a rotation makes a new one.
/// Any thread.
class JwtVerifier {
public:
    JwtVerifier(std::vector<SigningKey> keys, QByteArrayView type);

    /// The payload. The claims are not checked here (see ClaimsCheck). Fails with `invalid_token`; `internal` says why.
    Result<QByteArray> verify(QByteArrayView token) const;

    const std::vector<SigningKey> &keys() const { return m_keys; }

private:
    std::vector<SigningKey> m_keys;
    std::vector<QByteArray> m_headers; ///< the very header that our signer writes with each key, which needs no reading
    QByteArray m_type;
};

} // namespace aegis
