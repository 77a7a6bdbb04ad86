#pragma once

#include "shared/result/Result.h"
#include "shared/time/Instant.h"

#include <QtCore/QJsonObject>

namespace aegis {

/// The claims of a token that may be used now.
struct JwtClaims {
    QString subject; ///< `sub`; empty: none
    QString id;      ///< `jti`; empty: none
    Instant issuedAt;
    Instant expiresAt;
    QJsonObject all;
};

/// What is expected of a token's registered claims (RFC 7519, 4.1).
struct ClaimsCheck {
    QString issuer;                 ///< `iss` must be this
    QString audience;               ///< `aud` must be this or hold it
    std::chrono::seconds leeway{5}; ///< for clocks that differ, at `exp`, `nbf` and `iat`

    /// Reads the payload and checks `iss`, `aud`, `exp` and `iat` (all required) and `nbf` (if there). An `exp` equal to
    /// now has passed. Fails with `invalid_token`; `internal` says which claim.
    Result<JwtClaims> check(QByteArrayView payload, Instant now) const;
};

} // namespace aegis
