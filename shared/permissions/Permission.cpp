#include "shared/permissions/Permission.h"

#include <algorithm>
#include <array>

namespace aegis {
namespace {

constexpr PermissionInfo row(Permission permission, const char *name, const char *meaning)
{
    return {permission, QLatin1String(name), false, QLatin1String(meaning)};
}

constexpr PermissionInfo ofPlatform(Permission permission, const char *name, const char *meaning)
{
    return {permission, QLatin1String(name), true, QLatin1String(meaning)};
}

using enum Permission;

constexpr std::array catalogue{
    row(OrganizationRead, "organization.read", "see the organization, its members and invitations"),
    row(OrganizationUpdate, "organization.update", "change its name and slug"),
    ofPlatform(OrganizationCreate, "organization.create", "make organizations for others"),
    ofPlatform(OrganizationSuspend, "organization.suspend",
               "suspend organizations, which ends access to them at once, reactivate them, and restore deleted ones"),
    row(OrganizationDelete, "organization.delete", "delete the organization"),
    row(OrganizationTransfer, "organization.transfer", "make another member its owner"),
    row(PolicyUpdate, "policy.update", "change what it asks of its members: second factor, lifetimes, passwords, domains"),
    row(RoleRead, "role.read", "see its roles and what they allow"),
    row(RoleManage, "role.manage", "make, change and delete roles of its own"),
    row(MemberManage, "member.manage", "give and take roles, and end memberships"),
    row(InvitationManage, "invitation.manage", "invite people, and take invitations back"),
    row(UserRead, "user.read", "see its members and the accounts that it manages"),
    row(UserCreate, "user.create", "make accounts that it manages"),
    row(UserLock, "user.lock", "lock and unlock the accounts that it manages"),
    row(UserSuspend, "user.suspend", "suspend and reactivate the accounts that it manages"),
    row(UserPasswordReset, "user.password.reset", "force a new password on the accounts that it manages"),
    row(UserMfaReset, "user.mfa.reset", "take the second factor off the accounts that it manages"),
    row(UserExport, "user.export", "export what is stored about a person"),
    row(UserErase, "user.erase", "erase the accounts that it manages"),
    row(SessionRead, "session.read", "see where its members are logged in"),
    row(SessionRevoke, "session.revoke", "end sessions of its members"),
    row(EventRead, "event.read", "read its audit trail"),
    row(EventExport, "event.export", "export its audit trail"),
    row(ReportRead, "report.read", "read reports"),
    ofPlatform(JobRead, "job.read", "see scheduled jobs and how they went"),
    ofPlatform(JobManage, "job.manage", "run, pause and schedule jobs"),
    row(WebhookRead, "webhook.read", "see webhooks and their deliveries"),
    row(WebhookManage, "webhook.manage", "make, change and delete webhooks, and repeat deliveries"),
    ofPlatform(PlatformManage, "platform.manage", "give and take the roles of the platform"),
};

constexpr bool isInOrder()
{
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
        if (catalogue[i].permission != static_cast<Permission>(i))
            return false;
    }
    return catalogue.size() == static_cast<std::size_t>(PlatformManage) + 1;
}
static_assert(isInOrder(), "the catalogue has one row for each permission, in the order of the enumeration");

} // namespace

std::span<const PermissionInfo> permissionCatalogue()
{
    return catalogue;
}

const PermissionInfo &permissionInfo(Permission permission)
{
    return catalogue[static_cast<std::size_t>(permission)];
}

std::optional<Permission> permissionFromName(QByteArrayView name)
{
    const auto *const found = std::find_if(catalogue.begin(), catalogue.end(),
                                           [name](const PermissionInfo &info) { return QByteArrayView(info.name.data(), info.name.size()) == name; });
    return found == catalogue.end() ? std::nullopt : std::optional(found->permission);
}

PermissionSet PermissionSet::fromNames(const QStringList &names)
{
    PermissionSet set;
    for (const QString &name : names) {
        if (const auto permission = permissionFromName(name.toUtf8()))
            set.m_bits |= bit(*permission);
    }
    return set;
}

QStringList PermissionSet::names() const
{
    QStringList all;
    for (const PermissionInfo &info : catalogue) {
        if (contains(info.permission))
            all.append(info.name);
    }
    return all;
}

} // namespace aegis
