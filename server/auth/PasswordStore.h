#pragma once

#include "server/auth/AccountStore.h"
#include "server/auth/EmailToken.h"

#include <vector>

namespace aegis {

/// Passwords that are changed and reset.
class PasswordStore {
public:
    /// The account of the person that asks; `invalid_token` when there is none (any more).
    static Task<Result<Account>> ofPerson(Database &database, const RequestContext &context);
    /// The account that the token gives a new password to, in the tenant of its person; `invalid_mail_token` when it is not good
    /// (any more).
    static Task<Result<Account>> ofResetToken(Database &database, const RequestContext &context, const EmailToken &token);

    struct Change {
        UserId user;
        QByteArray oldHash; ///< as it was found
        QByteArray newHash;
        SessionId session; ///< that goes on
        Instant revokedUntil{};
        QJsonObject mail;
        QByteArray events;
    };
    /// In one round trip: the sessions that it ended. Nothing, and nothing is written: the account has changed since it was found.
    static Task<Result<std::optional<std::vector<SessionId>>>> change(Database &database, const RequestContext &context, const Change &change);

    struct Reset {
        EmailToken token;
        QByteArray newHash;
        Instant revokedUntil{};
        QJsonObject mail;
        QByteArray events;
    };
    /// The same; the sessions are those that SessionStore::endAll() gives. Nothing: the token is not good any more.
    static Task<Result<std::optional<std::vector<SessionId>>>> reset(Database &database, const RequestContext &context, const Reset &reset);
};

} // namespace aegis
