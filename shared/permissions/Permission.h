#pragma once

#include <QtCore/QByteArrayView>
#include <QtCore/QLatin1String>
#include <QtCore/QStringList>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>

namespace aegis {

/// What somebody may be allowed to do. The wire name of one never changes once released: roles are stored with them.
enum class Permission {
    OrganizationRead,
    OrganizationUpdate,
    OrganizationCreate,
    OrganizationSuspend,
    OrganizationDelete,
    OrganizationTransfer,
    PolicyUpdate,
    RoleRead,
    RoleManage,
    MemberManage,
    InvitationManage,
    UserRead,
    UserCreate,
    UserLock,
    UserSuspend,
    UserPasswordReset,
    UserMfaReset,
    UserExport,
    UserErase,
    SessionRead,
    SessionRevoke,
    EventRead,
    EventExport,
    ReportRead,
    JobRead,
    JobManage,
    WebhookRead,
    WebhookManage,
    PlatformManage,
};

/// One row of the catalogue of permissions.
struct PermissionInfo {
    Permission permission;
    QLatin1String name;    ///< stable wire name: `session.revoke`
    bool platformOnly;     ///< no role of an organization can have it
    QLatin1String meaning; ///< English, of what it allows
};

/// The whole catalogue, in the order of the enumeration.
std::span<const PermissionInfo> permissionCatalogue();
const PermissionInfo &permissionInfo(Permission permission);
/// The permission with that wire name.
std::optional<Permission> permissionFromName(QByteArrayView name);

/// A set of permissions.
class PermissionSet {
public:
    constexpr PermissionSet() = default;
    constexpr PermissionSet(std::initializer_list<Permission> permissions)
    {
        for (const Permission permission : permissions)
            m_bits |= bit(permission);
    }
    /// Of wire names; those that this version does not know allow nothing.
    static PermissionSet fromNames(const QStringList &names);

    constexpr bool contains(Permission permission) const { return (m_bits & bit(permission)) != 0; }
    constexpr bool containsAll(PermissionSet others) const { return (others.m_bits & ~m_bits) == 0; }
    constexpr bool isEmpty() const { return m_bits == 0; }
    /// In the order of the catalogue.
    QStringList names() const;

    friend constexpr PermissionSet operator|(PermissionSet a, PermissionSet b) { return PermissionSet(a.m_bits | b.m_bits); }
    friend constexpr PermissionSet operator-(PermissionSet a, PermissionSet b) { return PermissionSet(a.m_bits & ~b.m_bits); }
    friend constexpr bool operator==(PermissionSet, PermissionSet) = default;

private:
    static_assert(static_cast<int>(Permission::PlatformManage) < 64, "a wider set is needed");
    constexpr explicit PermissionSet(std::uint64_t bits) : m_bits(bits) {}
    static constexpr std::uint64_t bit(Permission permission) { return std::uint64_t(1) << static_cast<unsigned>(permission); }

    std::uint64_t m_bits = 0;
};

} // namespace aegis
