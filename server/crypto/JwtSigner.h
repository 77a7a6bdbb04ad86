#pragma once

#include "server/crypto/SigningKey.h"

namespace aegis {

/// The `typ` of an access token (RFC 9068) and of any other token.
inline constexpr QByteArrayView accessTokenType = "at+jwt";
inline constexpr QByteArrayView plainTokenType = "JWT";

/// Makes tokens of one type with one key. Any thread.
class JwtSigner {
public:
    /// The type is a short ASCII name without quotes, e.g. `at+jwt`.
    JwtSigner(SigningKey key, QByteArrayView type);

    /// `claims`: a JSON object, already encoded in UTF-8. Fails with `internal`.
    Result<Secret> sign(QByteArrayView claims) const;

    const SigningKey &key() const { return m_key; }

private:
    SigningKey m_key;
    QByteArray m_headerAndDot;
};

} // namespace aegis
