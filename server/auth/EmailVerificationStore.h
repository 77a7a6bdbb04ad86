#pragma once

#include "server/auth/EmailToken.h"
#include "server/db/Database.h"

namespace aegis {

/// Addresses that are verified.
class EmailVerificationStore {
public:
    struct Target {
        QString email;
        OrganizationId organization; ///< that manages the account, and may wait for this; nil: none
    };
    /// Whose address the token proves, in the tenant of its person; `invalid_mail_token` when it is not good (any more).
    static Task<Result<Target>> ofToken(Database &database, const RequestContext &context, const EmailToken &token);

    struct Verification {
        EmailToken token;
        OrganizationId organization;
        QByteArray events;           ///< if the address was not verified before
        QByteArray activationEvents; ///< if the organization becomes active by it
    };
    /// In one round trip. False: the token is not good any more.
    static Task<Result<bool>> verify(Database &database, const RequestContext &context, const Verification &verification);

    /// The organization that manages the account of the context's person; nil: none.
    static Task<Result<OrganizationId>> managing(Database &database, const RequestContext &context);
    /// Makes the organization of the context active, if it waits and the person is its owner; false: nothing was done.
    static Task<Result<bool>> activate(Database &database, const RequestContext &context, const QByteArray &events);
};

} // namespace aegis
