#pragma once

#include "shared/endpoints/AuthEndpoints.h"
#include "shared/endpoints/EmailEndpoints.h"
#include "shared/endpoints/MembershipEndpoints.h"
#include "shared/endpoints/MfaEndpoints.h"
#include "shared/endpoints/OAuthEndpoints.h"
#include "shared/endpoints/OrganizationEndpoints.h"
#include "shared/endpoints/PasswordEndpoints.h"
#include "shared/endpoints/PlatformEndpoints.h"
#include "shared/endpoints/SessionEndpoints.h"
#include "shared/endpoints/admin/AsOfEndpoints.h"
#include "shared/endpoints/admin/AuditEndpoints.h"
#include "shared/endpoints/admin/InvitationEndpoints.h"
#include "shared/endpoints/admin/JobEndpoints.h"
#include "shared/endpoints/admin/ManagedOrganizationEndpoints.h"
#include "shared/endpoints/admin/ManagedSessionEndpoints.h"
#include "shared/endpoints/admin/ManagedUserEndpoints.h"
#include "shared/endpoints/admin/MemberEndpoints.h"
#include "shared/endpoints/admin/PlatformStaffEndpoints.h"
#include "shared/endpoints/admin/RoleEndpoints.h"

#include <array>

namespace aegis::endpoints {

/// A list of endpoint types.
template <Endpoint... E> struct List {
    static constexpr std::size_t size = sizeof...(E);
    static constexpr std::array<const EndpointInfo *, size> infos{&E::info...};

    /// Calls `function.template operator()<E>()` for each endpoint, in the order of the list.
    template <class Function> static void forEach(Function &&function) { (function.template operator()<E>(), ...); }

    /// The place of an endpoint in the list.
    template <class Wanted> static constexpr std::size_t indexOf()
    {
        constexpr std::array<bool, size> same{std::is_same_v<Wanted, E>...};
        for (std::size_t i = 0; i < size; ++i) {
            if (same[i])
                return i;
        }
        return size;
    }
};

/// The one endpoint table: router, guard, API document and console read it.
using All = List<Signup, Register, EmailVerify, EmailResend, Login, Refresh, Logout, Verify, Me, SessionList, SessionEnd, Reauthenticate, MfaStatus,
                 MfaEnable, MfaVerify, MfaDisable, MfaBackupCodes, MfaChallenge, PasswordChange, PasswordForgot, PasswordReset, SlugAvailable,
                 InvitationLookup, InvitationAccept, InvitationJoin, OwnOrganizationList, OrganizationSwitch, Introspect, Revoke, ManagedUserList,
                 ManagedUserGet, ManagedUserLock, ManagedUserUnlock, ManagedUserSuspend, ManagedUserReactivate, ManagedUserPasswordReset,
                 ManagedUserMfaReset, ManagedOrganizationList, ManagedOrganizationGet, ManagedOrganizationUpdate, ManagedOrganizationSuspend,
                 ManagedOrganizationReactivate, ManagedOrganizationDelete, ManagedOrganizationRestore, MemberRoleGrant, MemberRoleRevoke,
                 MemberRemove, ManagedOrganizationCreate, MemberList, OwnershipTransfer, PermissionList, OrganizationRoleList, OrganizationRolePut,
                 OrganizationRoleDelete, InvitationList, InvitationCreate, InvitationResend, InvitationRevoke, PlatformStaffList, PlatformRoleGrant,
                 PlatformRoleRevoke, ManagedSessionList, ManagedSessionRevoke, ManagedSessionRevokeAll, AuditEventList, AuditEventGet, AuditInclusion,
                 AuditHead, AuditConsistency, AuditKeyList, ManagedUserAsOf, ManagedOrganizationAsOf, JobList, JobRuns, JobRunNow, JobPause,
                 JobResume, JobReschedule, AuthorizationServer, Jwks, OpenApi, Docs, HealthLive, HealthReady, Metrics>;

} // namespace aegis::endpoints
