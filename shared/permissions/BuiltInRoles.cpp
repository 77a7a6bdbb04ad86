#include "shared/permissions/BuiltInRoles.h"

#include <algorithm>
#include <array>

namespace aegis {
namespace {

using enum Permission;

constexpr PermissionSet reading{OrganizationRead, RoleRead, UserRead, SessionRead, EventRead, EventExport, ReportRead, WebhookRead};
constexpr PermissionSet administering = reading | PermissionSet{OrganizationUpdate, PolicyUpdate, RoleManage,    MemberManage,      InvitationManage,
                                                                UserCreate,         UserLock,     UserSuspend,   UserPasswordReset, UserMfaReset,
                                                                UserExport,         UserErase,    SessionRevoke, WebhookManage};
constexpr PermissionSet owning = administering | PermissionSet{OrganizationDelete, OrganizationTransfer};
constexpr PermissionSet watchingAll = reading | PermissionSet{JobRead};
constexpr PermissionSet everything = owning | watchingAll | PermissionSet{OrganizationCreate, OrganizationSuspend, JobManage, PlatformManage};

constexpr BuiltInRole role(const char *name, PermissionSet permissions, const char *meaning)
{
    return {QLatin1String(name), permissions, QLatin1String(meaning)};
}

constexpr std::array ofOrganizations{
    role("ORGANIZATION_OWNER", owning, "whose organization it is; there is always one"),
    role("ADMIN", administering, "all but deleting it and giving it away"),
    role("AUDITOR", reading, "sees everything and changes nothing"),
    role("MEMBER", {}, "belongs to it and administers nothing"),
};
constexpr std::array ofThePlatform{
    role("PLATFORM_ADMIN", everything, "everything, in every organization; there is always one once there was one"),
    role("PLATFORM_AUDITOR", watchingAll, "sees everything everywhere and changes nothing"),
};

} // namespace

std::span<const BuiltInRole> organizationRoles()
{
    return ofOrganizations;
}

std::span<const BuiltInRole> platformRoles()
{
    return ofThePlatform;
}

std::optional<BuiltInRole> builtInRole(std::span<const BuiltInRole> roles, const QString &name)
{
    const auto found = std::find_if(roles.begin(), roles.end(), [&name](const BuiltInRole &known) { return name == known.name; });
    return found == roles.end() ? std::nullopt : std::optional(*found);
}

PermissionSet permissionsOf(std::span<const BuiltInRole> roles, const QStringList &names)
{
    PermissionSet all;
    for (const QString &name : names) {
        if (const auto known = builtInRole(roles, name))
            all = all | known->permissions;
    }
    return all;
}

} // namespace aegis
