#pragma once

#include "server/crypto/SigningKey.h"

namespace aegis {

/// The most that a token may be long, in bytes: header fields hold 16 KiB altogether.
inline constexpr qsizetype maximumTokenSize = 8 * 1024;

/// A compact JWS (RFC 7515, 7.1) that has been read but not yet believed. The views point into the token.
struct Jws {
    QByteArrayView encodedHeader;
    QByteArrayView encodedPayload;
    QByteArrayView signingInput; ///< header, dot and payload as they stand in the token
    QByteArray signature;

    /// Exactly three parts, none empty, each in strict base64url. Fails with `invalid_token`; `internal` says why.
    static Result<Jws> parse(QByteArrayView token);
};

/// The members of a JOSE header that are looked at. Others are allowed and have no effect (`jwk`, `jku`, `x5c` above all).
struct JwsHeader {
    QByteArray algorithm;
    QByteArray type;  ///< `typ`; empty: none
    QByteArray keyId; ///< `kid`; empty: none

    /// A JSON object with a known `alg`; `crit` is refused, because nothing critical is understood here.
    static Result<JwsHeader> parse(QByteArrayView encodedHeader);
};

/// The payload of a token that is signed by just this key with just this key's algorithm. Fails with `invalid_token`.
Result<QByteArray> verifyJws(QByteArrayView token, const SigningKey &key);

} // namespace aegis
