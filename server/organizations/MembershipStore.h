#pragma once

#include "server/db/Tx.h"
#include "shared/permissions/Permission.h"

#include <QtCore/QStringList>

#include <optional>
#include <vector>

namespace aegis {

/// Who has which role in the transaction's organization.
class MembershipStore {
public:
    /// The person's roles there; none: it is no member, or there is no such person.
    static Result<QStringList> rolesOf(Tx &tx, const UserId &user);

    /// Keeps the person what it is there until the transaction ends.
    static Result<void> keep(Tx &tx, const UserId &user);
    /// Whether the person's account can be used.
    static Result<bool> isActive(Tx &tx, const UserId &user);
    /// Who has the role there.
    static Result<std::vector<UserId>> holdersOf(Tx &tx, const QString &role);

    /// What a role allows; nothing: there is no such role.
    static Result<std::optional<PermissionSet>> permissionsOf(Tx &tx, const QString &role);

    /// The role's id; a built-in one that the organization has not used yet is made. `not_found`.
    static Result<RoleId> ensureRole(Tx &tx, const QString &role);

    enum class Outcome { Done, Left, Unchanged, LastOwner, NotFound };
    static Result<Outcome> grant(Tx &tx, const UserId &user, const RoleId &role, const QByteArray &events);
    /// All roles without `role`. `Left`: it was the last one.
    static Result<Outcome> revoke(Tx &tx, const UserId &user, const std::optional<QString> &role, const QByteArray &events);
};

} // namespace aegis
