#pragma once

#include "server/auth/AccountStore.h"
#include "server/auth/NewAccount.h"
#include "server/context/RequestContext.h"
#include "server/sessions/SessionOpener.h"

namespace aegis {

/// The ids of what a registration makes. The organization is the one that comes with the account, or that has invited its person; nil: none.
struct RegistrationIds {
    UserId user;
    OrganizationId organization;
    RoleId ownerRole;

    static RegistrationIds make(const NewAccount &account, Instant now);
};

/// Of a new organization.
inline const QString activeStatus = QStringLiteral("active");
inline const QString pendingStatus = QStringLiteral("pending"); ///< it waits for its owner's address to be verified

/// Every row and event of a registration but the Idempotency-Key's.
AccountStore::Registration registrationRows(const RequestContext &context, const NewAccount &account, const RegistrationIds &ids,
                                            const QByteArray &passwordHash, const OpenedSession &session, const QStringList &authMethods,
                                            const QString &organizationStatus = activeStatus);

/// The person and the organization as they are told to the client.
UserDto newUser(const NewAccount &account, const RegistrationIds &ids, Instant now);
std::optional<OrganizationDto> newOrganization(const NewAccount &account, const RegistrationIds &ids, Instant now,
                                               const QString &status = activeStatus);

} // namespace aegis
