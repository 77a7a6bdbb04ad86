#pragma once

#include "server/db/Tx.h"
#include "shared/dto/admin/OrganizationRole.h"
#include "shared/permissions/Permission.h"

namespace aegis {

/// The roles that the transaction's organization has made.
class RoleStore {
public:
    struct Role {
        RoleId id;
        QString name;
        bool isBuiltIn = false;
        PermissionSet permissions; ///< of its own ones
        qint64 members = 0;
        int version = 0;
    };
    /// By name; of the built-in ones those that it has used.
    static Result<std::vector<Role>> all(Tx &tx);
    /// Nothing: there is none of that name of its own.
    static Result<std::optional<Role>> find(Tx &tx, const QString &name);

    enum class Outcome { Done, Stale, Held, Full };
    /// A new one when `known` is nothing; `Stale`: it is not what it was any more; `Full`: there are `most` already.
    static Result<Outcome> put(Tx &tx, const RoleId &id, const QString &name, PermissionSet permissions, const std::optional<Role> &known, int most,
                               const QByteArray &events);
    /// `Held`: somebody has it, or is invited to it.
    static Result<Outcome> remove(Tx &tx, const Role &role, const QByteArray &events);
};

} // namespace aegis
