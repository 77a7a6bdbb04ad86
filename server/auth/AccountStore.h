#pragma once

#include "server/db/Database.h"
#include "shared/dto/OrganizationDto.h"
#include "shared/dto/UserDto.h"
#include "shared/text/EmailAddress.h"

#include <QtCore/QJsonObject>

namespace aegis {

/// What a login needs to know of an account.
struct Account {
    UserDto user;
    std::optional<OrganizationDto> organization; ///< that a new session will be in
    QStringList roles;                           ///< in it
    QByteArray passwordHash;                     ///< empty: no sign-in with a password
    bool hasSecondFactor = false;                ///< a password alone opens no session

    bool isActive() const { return user.status == QLatin1String("active"); }
    OrganizationId organizationId() const { return organization ? organization->id : OrganizationId(); }
};

/// Accounts as signup, registration and login see them.
class AccountStore {
public:
    /// Across all tenants; nothing when nobody has that address.
    static Task<Result<std::optional<Account>>> find(Database &database, const RequestContext &context, const EmailAddress &email);
    /// The same for the person that the context's tenant names.
    static Task<Result<std::optional<Account>>> find(Database &database, const RequestContext &context, const UserId &user);
    /// The same for a job's thread; ends the transaction.
    static Result<std::optional<Account>> find(Tx &tx, const EmailAddress &email);
    /// Of a row with the columns of the SQL function `login_lookup`, and `second_factor`.
    static Account from(const Row &row);

    /// All that a registration stores, as rows of the tables of the same names. Without an organization its three rows and
    /// the membership are empty; `idempotencyKey` is empty when the call carried none, `emailToken` and `mail` when no mail is sent.
    struct Registration {
        QJsonObject idempotencyKey;
        QJsonObject organization;
        QJsonObject details;
        QJsonObject user;
        QJsonObject profile;
        QJsonObject role;
        QJsonObject membership;
        QJsonObject session;
        QJsonObject refreshToken;
        QByteArray events;
        QJsonObject emailToken;
        QJsonObject mail;
    };
    /// Everything or nothing, in one round trip. False: the Idempotency-Key has been used. `email_taken`, `slug_taken`.
    static Task<Result<bool>> add(Database &database, const RequestContext &context, const Registration &registration);

    /// The same in a transaction that does more; without an Idempotency-Key and without a mail.
    static Result<void> add(Tx &tx, const Registration &registration);

    /// The end of a login, in one round trip. False, and nothing is written: the account has changed since it was found.
    struct Login {
        UserId user;
        QByteArray passwordHash;    ///< as it was found
        QByteArray newPasswordHash; ///< empty: it stays
        QJsonObject session;
        QJsonObject refreshToken;
        QByteArray events;
    };
    static Task<Result<bool>> completeLogin(Database &database, const RequestContext &context, const Login &login);
};

} // namespace aegis
