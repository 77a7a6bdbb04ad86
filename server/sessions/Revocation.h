#pragma once

#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

#include <QtCore/QUuid>

namespace aegis {

/// What a revocation is about: one session or token, or all sessions of a person or an organization.
enum class RevocationKind { Session, Token, User, Organization };

/// What ended before its tokens did.
struct Revocation {
    RevocationKind kind = RevocationKind::Session;
    QUuid subject;       ///< id of the session, token, person or organization
    Instant notBefore{}; ///< of a person or an organization: sessions that were opened before it have ended
    Instant expiresAt{}; ///< when the last token that it speaks of has expired

    static Revocation ofSession(const SessionId &session, Instant now, Instant until)
    {
        return {.kind = RevocationKind::Session, .subject = session.uuid(), .notBefore = now, .expiresAt = until};
    }
    static Revocation ofUser(const UserId &user, Instant now, Instant until)
    {
        return {.kind = RevocationKind::User, .subject = user.uuid(), .notBefore = now, .expiresAt = until};
    }
    static Revocation ofOrganization(const OrganizationId &organization, Instant now, Instant until)
    {
        return {.kind = RevocationKind::Organization, .subject = organization.uuid(), .notBefore = now, .expiresAt = until};
    }
};

} // namespace aegis
