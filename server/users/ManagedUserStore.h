#pragma once

#include "server/admin/AdminScopeStore.h"
#include "shared/dto/admin/ManagedUser.h"

#include <QtCore/QJsonObject>

#include <vector>

namespace aegis {

/// Accounts as administrators see and change them.
class ManagedUserStore {
public:
    /// Who is visible in that scope, which the transaction has entered; `not_found` else.
    static Result<ManagedUserDto> get(Tx &tx, const AdminScopeStore &scope, const UserId &user);

    /// A page of those that the filter takes, the newest first unless asked otherwise. `validation_failed` for what is wrong in the request.
    static Result<ManagedUserPage> list(Tx &tx, const AdminScopeStore &scope, const ListPageRequest &request);

    /// What its roles in the transaction's organization allow the person; what those of the platform allow is kept apart by `may_manage`.
    static Result<PermissionSet> permissionsOf(Tx &tx, const UserId &user);

    /// What a change ends besides itself. The transaction of a change is of the account's person, and of the organization that asks or manages it.
    struct Change {
        UserId user;
        int version = 0;        ///< that was looked at
        Instant revokedUntil{}; ///< when the last access token of its sessions has expired
        QByteArray events;
    };
    enum class Outcome { Done, NotFound, Foreign, Stale, Unchanged, LastOwner, LastAdministrator };
    struct Changed {
        Outcome outcome = Outcome::NotFound;
        std::vector<SessionId> later; ///< sessions that the revocation of the person does not speak of
    };

    static Result<Changed> setStatus(Tx &tx, const Change &change, const QStringList &from, QLatin1String to,
                                     std::optional<Instant> until = std::nullopt);
    static Result<Changed> forcePasswordReset(Tx &tx, const Change &change, const QJsonObject &token, const QJsonObject &mail);
    /// `Unchanged`: there is none.
    static Result<Changed> resetSecondFactor(Tx &tx, const Change &change, const QJsonObject &mail);

    /// In which mails to the transaction's person are written: that of its newest session that has one; empty when none has.
    static Result<QByteArray> languageOf(Tx &tx, const UserId &user);

    /// Of the transaction's person: since when, and how many backup codes are left; nothing: there is none.
    struct SecondFactor {
        Instant since{};
        int backupCodes = 0;
    };
    static Result<std::optional<SecondFactor>> secondFactor(Tx &tx, const UserId &user);
};

} // namespace aegis
