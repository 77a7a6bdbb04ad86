#pragma once

#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

#include <QtCore/QStringList>

namespace aegis {

/// What an access token says (RFC 9068): who may do what, in which session, until when.
struct AccessGrant {
    UserId user;
    SessionId session;
    OrganizationId organization; ///< nil: in none
    QStringList roles;
    QStringList authMethods; ///< `amr` (RFC 8176)
    Instant authTime{};
    TokenId token; ///< `jti`
    Instant issuedAt{};
    Instant expiresAt{};
};

} // namespace aegis
