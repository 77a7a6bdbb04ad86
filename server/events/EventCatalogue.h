#pragma once

#include <QtCore/QLatin1String>

#include <optional>
#include <span>

namespace aegis {

/// What can happen. The name of a type and the meaning of its payload never change; a payload that must change gets a
/// higher version.
enum class EventType {
    UserCreated,
    UserLoggedIn,
    UserLoginFirstFactorPassed,
    UserLoginFailed,
    UserLogout,
    PasswordRehashed,
    UserPasswordChanged,
    PasswordResetRequested,
    EmailVerified,
    OrganizationCreated,
    UserRoleCreated,
    OrganizationSignupCompleted,
    OrganizationActivated,
    OrganizationSignupExpired,
    AuthSessionCreated,
    TokenRefreshed,
    TokenRefreshRepeated,
    RefreshTokenRevoked,
    SuspiciousActivityDetected,
    SigningKeyRotated,
    UserAccountLocked,
    UserAccountUnlocked,
    MfaEnabled,
    MfaDisabled,
    MfaChallengeFailed,
    BackupCodeUsed,
    BackupCodesRegenerated,
    UserReauthenticated,
    SessionExpired,
    SigningKeyMade,
    TokenRevoked,
    ClientCreated,
    ClientRevoked,
    UserSuspended,
    UserReactivated,
    UserPasswordResetForced,
    MfaReset,
    PlatformRoleGranted,
    PlatformRoleRevoked,
    OrganizationUpdated,
    OrganizationSuspended,
    OrganizationReactivated,
    OrganizationDeleted,
    OrganizationRestored,
    UserRoleRevoked,
    MembershipEnded,
    OrganizationOwnershipTransferred,
    RoleCreated,
    RoleChanged,
    RoleDeleted,
    InvitationSent,
    InvitationAccepted,
    InvitationRevoked,
    JobCompleted,
    JobFailed,
    JobPaused,
    JobResumed,
    JobRequested,
    JobScheduleChanged,
    AuditSealed,
};

/// How much attention an event wants.
enum class Severity { Info, Notice, Warning };

/// One member of an event's payload.
struct EventField {
    QLatin1String name;
    QLatin1String meaning;
};

/// One row of the catalogue of events. It also makes docs/events.md.
struct EventInfo {
    EventType type;
    QLatin1String name; ///< stable, as stored
    int version;        ///< of the payload
    Severity severity;
    bool audit;            ///< part of the audit trail: kept and shown by default, not only counted
    QLatin1String when;    ///< what it says has happened
    QLatin1String subject; ///< whom or what it is about
    std::span<const EventField> payload;
};

/// The whole catalogue, in the order of the enumeration.
std::span<const EventInfo> eventCatalogue();
const EventInfo &eventInfo(EventType type);
std::optional<EventType> eventTypeFromName(QLatin1String name);

} // namespace aegis
