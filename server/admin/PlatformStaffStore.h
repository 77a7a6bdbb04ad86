#pragma once

#include "server/db/Tx.h"

#include <QtCore/QJsonObject>

#include <optional>
#include <vector>

namespace aegis {

/// Who has roles of the platform.
class PlatformStaffStore {
public:
    struct Member {
        UserId user;
        QString email;
        QString status;
        QString role;
        Instant since{};
    };
    /// For the operator, who has the server's own access to the database, and for who administers the platform.
    static Result<std::vector<Member>> all(Tx &tx);

    /// Whose account has that address; nothing: nobody's.
    struct Account {
        UserId user;
        bool isActive = false;
        bool isVerified = false; ///< the address was proved to be the person's
    };
    static Result<std::optional<Account>> account(Tx &tx, const UserId &user); ///< where the transaction looks everywhere
    static Result<std::optional<Account>> accountOf(Tx &tx, const QString &email);

    /// An account without a password, in a transaction of its person, with the token by which it gets one. `email_taken`.
    static Result<void> addAccount(Tx &tx, const QJsonObject &user, const QJsonObject &profile, const QJsonObject &token);

    /// Who does it: at the command line, or somebody with a role of the platform, whom the transaction names.
    enum class By { Operator, Administrator };
    /// False: the person has it already.
    static Result<bool> grant(Tx &tx, By by, const UserId &user, const QString &role, const QByteArray &events);
    enum class Revoked { Done, Last, None };
    static Result<Revoked> revoke(Tx &tx, By by, const UserId &user, const QString &role, const QByteArray &events);
};

} // namespace aegis
