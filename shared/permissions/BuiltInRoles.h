#pragma once

#include "shared/permissions/Permission.h"

#include <QtCore/QString>

#include <optional>
#include <span>

namespace aegis {

/// The role of whose an organization is: of the person that signed it up, or was given it.
inline const QString ownerRoleName = QStringLiteral("ORGANIZATION_OWNER");

/// A role that every installation has, and what it allows: that stands in the code, so a new permission reaches its roles by an update.
struct BuiltInRole {
    QLatin1String name;
    PermissionSet permissions;
    QLatin1String meaning; ///< English
};

/// Of an organization; their names are taken in each. The owner's comes first.
std::span<const BuiltInRole> organizationRoles();
/// Of the platform: they hold for every organization.
std::span<const BuiltInRole> platformRoles();

/// The role with that name in the list, or nothing.
std::optional<BuiltInRole> builtInRole(std::span<const BuiltInRole> roles, const QString &name);
/// All that the roles of those names in the list allow.
PermissionSet permissionsOf(std::span<const BuiltInRole> roles, const QStringList &names);

} // namespace aegis
