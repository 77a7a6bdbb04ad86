#include "server/events/EventCatalogue.h"

#include <array>

namespace aegis {
namespace {

constexpr QLatin1String operator""_l(const char *text, std::size_t size)
{
    return QLatin1String(text, static_cast<qsizetype>(size));
}

constexpr std::array userCreated{
    EventField{"email"_l, "the address, in its stored form"_l},
    EventField{"firstName"_l, "or null"_l},
    EventField{"lastName"_l, "or null"_l},
    EventField{"status"_l, "of the account"_l},
    EventField{"managedBy"_l, "the organization that manages the account, or null"_l},
    EventField{"method"_l, "`signup`, `register`, `import`, `invitation`, or `operator`: made at the command line"_l},
    EventField{"emailVerified"_l, "whether the address counts as verified from the beginning"_l},
};
constexpr std::array userLoggedIn{
    EventField{"methods"_l, "how the person proved who they are (RFC 8176)"_l},
};
constexpr std::array userLoginFirstFactorPassed{
    EventField{"methods"_l, "what was shown so far (RFC 8176)"_l},
    EventField{"expiresAt"_l, "until when the second factor is waited for"_l},
};
constexpr std::array userLoginFailed{
    EventField{"reason"_l,
               "`unknown_email`, `no_password`, `wrong_password`, `account_unavailable`, `account_locked` or `account_changed`; "
               "`wrong_current_password` at a change of the password"_l},
    EventField{"emailFingerprint"_l, "keyed hash of the address, or of what was typed if that is none: it may have been a password"_l},
};
constexpr std::array userLogout{
    EventField{"allDevices"_l, "whether every session of the person was ended"_l},
};
constexpr std::array passwordRehashed{
    EventField{"algorithm"_l, "that the password is now stored with"_l},
};
constexpr std::array userPasswordChanged{
    EventField{"method"_l, "`change` by the person who knew the old one, or `reset` with a token from a mail"_l},
};
constexpr std::array passwordResetRequested{
    EventField{"expiresAt"_l, "when the token in the mail ends"_l},
};
constexpr std::array emailVerified{
    EventField{"email"_l, "the address that was proved to be the person's"_l},
};
constexpr std::array organizationCreated{
    EventField{"name"_l, "as people read it"_l},
    EventField{"slug"_l, "as addresses use it"_l},
    EventField{"status"_l, "of the organization"_l},
};
constexpr std::array userRoleCreated{
    EventField{"role"_l, "name of the role that was given"_l},
    EventField{"roleId"_l, "its id"_l},
};
constexpr std::array organizationSignupCompleted{
    EventField{"slug"_l, "of the new organization"_l},
    EventField{"ownerId"_l, "the person who signed up"_l},
};
constexpr std::array organizationActivated{
    EventField{"ownerId"_l, "the person who signed it up"_l},
    EventField{"reason"_l, "`verified`: the owner's address was; `not_required`: the owner logged in while EMAIL_VERIFICATION does not ask for it"_l},
};
constexpr std::array organizationSignupExpired{
    EventField{"slug"_l, "that is free again"_l},
    EventField{"ownerId"_l, "the person who signed it up, whose account was removed with it"_l},
};
constexpr std::array authSessionCreated{
    EventField{"methods"_l, "how the person proved who they are (RFC 8176)"_l},
    EventField{"expiresAt"_l, "when the session ends at the latest"_l},
};
constexpr std::array tokenRefreshed{
    EventField{"generation"_l, "number of the refresh token that was given out"_l},
};
constexpr std::array tokenRefreshRepeated{
    EventField{"generation"_l, "number of the refresh token that was given out again"_l},
};
constexpr std::array refreshTokenRevoked{
    EventField{"reason"_l,
               "`logout`, `logout_all`, `token_reuse`, `account_locked`, `account_suspended`, `mfa_reset`, `password_reset_forced`, `administrator`, "
               "`mfa_enabled`, `password_change`, `password_reset`, `switched` to another organization, or `revoked` from the "
               "list of sessions or by a client (see TokenRevoked)"_l},
};
constexpr std::array suspiciousActivityDetected{
    EventField{"reason"_l,
               "`token_reuse`: a refresh token that had been rotated was presented again; `impossible_refresh`: one was presented from two networks "
               "within the grace; `many_accounts_from_address`: failed sign-ins to many e-mail addresses from one client address; "
               "`many_addresses_on_account`: failed sign-ins to one from many. Each once in SUSPICION_WINDOW, but for `token_reuse`"_l},
    EventField{"generation"_l, "number of the refresh token that was presented, or null"_l},
    EventField{"currentGeneration"_l, "number of the refresh token that was current, or null"_l},
    EventField{"count"_l, "of accounts or addresses by then, or null"_l},
};
constexpr std::array signingKeyRotated{
    EventField{"kid"_l, "of the key that signs now"_l},
    EventField{"algorithm"_l, "that it signs with"_l},
    EventField{"replaces"_l, "`kid` of the key that signed before, or null"_l},
};

constexpr std::array userAccountLocked{
    EventField{"reason"_l, "`failed_logins` or `administrator`"_l},
    EventField{"failures"_l, "how many lock an account, or null"_l},
    EventField{"until"_l, "when the lock ends by itself, or null: not at all"_l},
    EventField{"note"_l, "what the administrator wrote about it, or null"_l},
};
constexpr std::array userAccountUnlocked{
    EventField{"reason"_l, "`timer` or `administrator`"_l},
};
constexpr std::array signingKeyMade{
    EventField{"kid"_l, "of the key that was made, and is published from now on"_l},
    EventField{"algorithm"_l, "that it signs with"_l},
    EventField{"signsFrom"_l, "when its turn is, unless a command gives it sooner"_l},
};
constexpr std::array tokenRevoked{
    EventField{"clientId"_l, "of the program that revoked it"_l},
    EventField{"tokenType"_l, "`access_token`, or `refresh_token`: then the session has ended"_l},
    EventField{"tokenId"_l, "`jti` of the access token, or null"_l},
};
constexpr std::array clientCreated{
    EventField{"name"_l, "as the operator reads it"_l},
    EventField{"organizationId"_l, "whose tokens alone it may ask about, or null: everybody's"_l},
};
constexpr std::array clientRevoked{
    EventField{"name"_l, "as the operator reads it"_l},
};

constexpr std::array auditSealed{
    EventField{"reason"_l, "`day`: the first seal of a day (UTC); `key`: the first one of a key; `era`: the first one after a restore from a dump"_l},
    EventField{"sequence"_l, "of the seal"_l},
    EventField{"treeSize"_l, "events that are sealed by then"_l},
    EventField{"root"_l, "of the tree of them all"_l},
    EventField{"keyId"_l, "of the key that signed it"_l},
    EventField{"signature"_l, "of the seal; see docs/audit.md"_l},
};

constexpr std::array mfaEnabled{
    EventField{"method"_l, "`totp`"_l},
    EventField{"backupCodes"_l, "how many were given out"_l},
};
constexpr std::array mfaDisabled{
    EventField{"method"_l, "`totp`"_l},
    EventField{"reason"_l, "`person`, who showed it once more"_l},
};
constexpr std::array mfaChallengeFailed{
    EventField{"reason"_l, "`wrong_code`, `used_code`, or `wrong_backup_code`: there is none such, or it was used"_l},
    EventField{"purpose"_l, "`login`, `enable`, `disable`, `backup_codes` or `reauthenticate`"_l},
    EventField{"failures"_l, "how many codes of the app in a row this was; of backup codes how many in this login, or null without one"_l},
    EventField{"pausedUntil"_l, "when codes of the app are taken again, if this was one too many; or null"_l},
};
constexpr std::array backupCodeUsed{
    EventField{"purpose"_l, "`login`, `disable`, `backup_codes` or `reauthenticate`"_l},
};
constexpr std::array backupCodesRegenerated{
    EventField{"backupCodes"_l, "how many were given out"_l},
};

constexpr std::array userReauthenticated{
    EventField{"methods"_l, "how (RFC 8176)"_l},
};
constexpr std::array sessionExpired{
    EventField{"reason"_l, "`idle`: it was not used for too long; `absolute`: it had lasted as long as one may"_l},
    EventField{"lastUsedAt"_l, "when it last gave out tokens"_l},
};

constexpr std::array userSuspended{
    EventField{"note"_l, "what the administrator wrote about it"_l},
    EventField{"before"_l, "`status` and `lockedUntil` until then"_l},
    EventField{"after"_l, "the same from then on"_l},
};
constexpr std::array userReactivated{
    EventField{"before"_l, "`status` and `lockedUntil` until then"_l},
    EventField{"after"_l, "the same from then on"_l},
};
constexpr std::array userPasswordResetForced{
    EventField{"note"_l, "what the administrator wrote about it"_l},
    EventField{"expiresAt"_l, "when the token in the mail ends"_l},
};
constexpr std::array mfaReset{
    EventField{"note"_l, "what the administrator wrote about it"_l},
    EventField{"before"_l, "`method`, `since`, and how many `backupCodes` were left"_l},
    EventField{"after"_l, "null: there is no second factor from then on"_l},
};
constexpr std::array platformRoleChanged{
    EventField{"role"_l, "of the platform"_l},
    EventField{"by"_l, "`operator` at the command line, or `administrator`"_l},
};

constexpr std::array organizationUpdated{
    EventField{"before"_l, "`name` and `slug` until then"_l},
    EventField{"after"_l, "the same from then on"_l},
};
constexpr std::array organizationStopped{
    EventField{"note"_l, "what the administrator wrote about it"_l},
    EventField{"before"_l, "its status until then"_l},
};
constexpr std::array organizationDeleted{
    EventField{"note"_l, "what the administrator wrote about it"_l},
    EventField{"before"_l, "its status until then"_l},
    EventField{"restorableUntil"_l, "until when it can be restored"_l},
};
constexpr std::array organizationResumed{
    EventField{"before"_l, "its status until then"_l},
};
constexpr std::array userRoleRevoked{
    EventField{"role"_l, "name of the role that was taken"_l},
};
constexpr std::array membershipEnded{
    EventField{"roles"_l, "that the person had"_l},
};
constexpr std::array ownershipTransferred{
    EventField{"from"_l, "the people who were owners until then, and are administrators from then on"_l},
};
constexpr std::array roleMade{
    EventField{"role"_l, "its name"_l},
    EventField{"permissions"_l, "what it allows"_l},
};
constexpr std::array roleChanged{
    EventField{"role"_l, "its name"_l},
    EventField{"before"_l, "the permissions until then"_l},
    EventField{"after"_l, "the permissions from then on"_l},
};
constexpr std::array invitationSent{
    EventField{"emailFingerprint"_l, "keyed hash of the address (see UserLoginFailed), because nobody has shown it to be a person's yet"_l},
    EventField{"roles"_l, "what the person will be"_l},
    EventField{"expiresAt"_l, "until when it can be accepted"_l},
    EventField{"again"_l, "whether it was sent before"_l},
};
constexpr std::array invitationAccepted{
    EventField{"userId"_l, "the person who is a member from then on"_l},
    EventField{"roles"_l, "what the person was given"_l},
};
constexpr std::array jobCompleted{
    EventField{"job"_l, "its name"_l},
    EventField{"trigger"_l, "`schedule`, or `manual`: somebody asked for it"_l},
    EventField{"milliseconds"_l, "how long it took"_l},
    EventField{"counts"_l, "what it did, an object of numbers by name"_l},
};
constexpr std::array jobFailed{
    EventField{"job"_l, "its name"_l},
    EventField{"trigger"_l, "`schedule`, or `manual`: somebody asked for it"_l},
    EventField{"reason"_l, "`failed`; `abandoned`: whoever ran it was killed, or hangs, and another run takes its place"_l},
    EventField{"error"_l, "the code of the problem, or null; the log says more"_l},
};
constexpr std::array jobOnly{
    EventField{"job"_l, "its name"_l},
};
constexpr std::array jobScheduleChanged{
    EventField{"job"_l, "its name"_l},
    EventField{"before"_l, "the cron expression until then"_l},
    EventField{"after"_l, "the cron expression from then on"_l},
};

using enum EventType;
using enum Severity;

constexpr std::array catalogue{
    EventInfo{UserCreated, "UserCreated"_l, 2, Info, true, "an account was made"_l, "the user"_l, userCreated},
    EventInfo{UserLoggedIn, "UserLoggedIn"_l, 1, Info, true, "a person signed in"_l, "the user"_l, userLoggedIn},
    EventInfo{UserLoginFirstFactorPassed, "UserLoginFirstFactorPassed"_l, 1, Info, true,
              "somebody has shown the password of a person who has a second factor too; without a UserLoggedIn soon after, somebody who may not "
              "have the second one"_l,
              "the user"_l, userLoginFirstFactorPassed},
    EventInfo{UserLoginFailed, "UserLoginFailed"_l, 1, Notice, true, "a sign-in was refused"_l, "the user; nobody if the address is unknown"_l,
              userLoginFailed},
    EventInfo{UserLogout, "UserLogout"_l, 1, Info, true, "a person signed out"_l, "the user"_l, userLogout},
    EventInfo{PasswordRehashed, "PasswordRehashed"_l, 1, Info, false, "a password was hashed anew with today's parameters at a sign-in"_l,
              "the user"_l, passwordRehashed},
    EventInfo{UserPasswordChanged, "UserPasswordChanged"_l, 1, Notice, true, "a person got a new password"_l, "the user"_l, userPasswordChanged},
    EventInfo{PasswordResetRequested, "PasswordResetRequested"_l, 1, Notice, true,
              "a mail with which the password can be reset was asked for, and is sent"_l, "the user"_l, passwordResetRequested},
    EventInfo{EmailVerified, "EmailVerified"_l, 1, Info, true, "an e-mail address was proved to be the person's"_l, "the user"_l, emailVerified},
    EventInfo{OrganizationCreated, "OrganizationCreated"_l, 1, Info, true, "an organization was made"_l, "the organization"_l, organizationCreated},
    EventInfo{UserRoleCreated, "UserRoleCreated"_l, 1, Notice, true, "a person was given a role in an organization"_l, "the user"_l, userRoleCreated},
    EventInfo{OrganizationSignupCompleted, "OrganizationSignupCompleted"_l, 1, Info, true, "a signup stored all that belongs to it"_l,
              "the organization"_l, organizationSignupCompleted},
    EventInfo{OrganizationActivated, "OrganizationActivated"_l, 2, Info, true,
              "an organization that waited for its owner's address to be verified can be used"_l, "the organization"_l, organizationActivated},
    EventInfo{OrganizationSignupExpired, "OrganizationSignupExpired"_l, 1, Notice, true,
              "a signup was removed because its owner's address was not verified in time (UNVERIFIED_RETENTION)"_l, "the organization"_l,
              organizationSignupExpired},
    EventInfo{AuthSessionCreated, "AuthSessionCreated"_l, 1, Info, true, "a session began"_l, "the session"_l, authSessionCreated},
    EventInfo{TokenRefreshed, "TokenRefreshed"_l, 1, Info, false, "a refresh token was rotated"_l, "the session"_l, tokenRefreshed},
    EventInfo{TokenRefreshRepeated, "TokenRefreshRepeated"_l, 1, Notice, true,
              "a refresh token that had just been rotated was presented again: two tabs, a lost answer, or a copy"_l, "the session"_l,
              tokenRefreshRepeated},
    EventInfo{RefreshTokenRevoked, "RefreshTokenRevoked"_l, 1, Notice, true, "a session was ended and its tokens revoked"_l, "the session"_l,
              refreshTokenRevoked},
    EventInfo{SuspiciousActivityDetected, "SuspiciousActivityDetected"_l, 2, Warning, true, "something happened that an attacker would do"_l,
              "the user; nobody when it is about many, or about an address that nobody has"_l, suspiciousActivityDetected},
    EventInfo{SigningKeyRotated, "SigningKeyRotated"_l, 2, Notice, true, "a key began to sign access tokens"_l, "nobody"_l, signingKeyRotated},
    EventInfo{UserAccountLocked, "UserAccountLocked"_l, 2, Warning, true,
              "failed sign-ins (LOCKOUT=strict) or an administrator locked an account, and its sessions ended"_l, "the user"_l, userAccountLocked},
    EventInfo{UserAccountUnlocked, "UserAccountUnlocked"_l, 1, Notice, true, "the lock of an account ended"_l, "the user"_l, userAccountUnlocked},
    EventInfo{MfaEnabled, "MfaEnabled"_l, 1, Notice, true, "a person confirmed a second factor"_l, "the user"_l, mfaEnabled},
    EventInfo{MfaDisabled, "MfaDisabled"_l, 2, Warning, true, "the second factor of a person was taken away"_l, "the user"_l, mfaDisabled},
    EventInfo{MfaChallengeFailed, "MfaChallengeFailed"_l, 2, Notice, true, "a second factor was wrong"_l, "the user"_l, mfaChallengeFailed},
    EventInfo{BackupCodeUsed, "BackupCodeUsed"_l, 1, Notice, true, "a backup code took the place of the second factor"_l, "the user"_l,
              backupCodeUsed},
    EventInfo{BackupCodesRegenerated, "BackupCodesRegenerated"_l, 1, Notice, true, "a person got another set of backup codes"_l, "the user"_l,
              backupCodesRegenerated},
    EventInfo{UserReauthenticated, "UserReauthenticated"_l, 1, Info, true, "a person proved again who they are, in a session"_l, "the user"_l,
              userReauthenticated},
    EventInfo{SessionExpired, "SessionExpired"_l, 1, Info, true, "a session ended because nobody used it, or because of its age"_l, "the session"_l,
              sessionExpired},
    EventInfo{SigningKeyMade, "SigningKeyMade"_l, 1, Notice, true, "a key that will sign access tokens was made"_l, "nobody"_l, signingKeyMade},
    EventInfo{TokenRevoked, "TokenRevoked"_l, 1, Notice, true, "a program with credentials revoked a token (POST /oauth/revoke)"_l, "the session"_l,
              tokenRevoked},
    EventInfo{ClientCreated, "ClientCreated"_l, 1, Notice, true, "an operator gave a program credentials"_l, "the client"_l, clientCreated},
    EventInfo{ClientRevoked, "ClientRevoked"_l, 1, Notice, true, "an operator took a program's credentials away"_l, "the client"_l, clientRevoked},
    EventInfo{UserSuspended, "UserSuspended"_l, 1, Warning, true, "an administrator suspended an account, and its sessions ended"_l, "the user"_l,
              userSuspended},
    EventInfo{UserReactivated, "UserReactivated"_l, 1, Notice, true, "an administrator ended the suspension of an account"_l, "the user"_l,
              userReactivated},
    EventInfo{UserPasswordResetForced, "UserPasswordResetForced"_l, 1, Warning, true,
              "an administrator took a person's password away: the person has to choose another one by mail; its sessions ended"_l, "the user"_l,
              userPasswordResetForced},
    EventInfo{MfaReset, "MfaReset"_l, 1, Warning, true, "an administrator took a person's second factor away, and its sessions ended"_l, "the user"_l,
              mfaReset},
    EventInfo{PlatformRoleGranted, "PlatformRoleGranted"_l, 1, Warning, true, "a person was given a role of the platform"_l, "the user"_l,
              platformRoleChanged},
    EventInfo{PlatformRoleRevoked, "PlatformRoleRevoked"_l, 1, Warning, true, "a role of the platform was taken from a person"_l, "the user"_l,
              platformRoleChanged},
    EventInfo{OrganizationUpdated, "OrganizationUpdated"_l, 1, Notice, true, "an organization got another name or slug"_l, "the organization"_l,
              organizationUpdated},
    EventInfo{OrganizationSuspended, "OrganizationSuspended"_l, 1, Warning, true, "an organization was suspended, which ended access in it"_l,
              "the organization"_l, organizationStopped},
    EventInfo{OrganizationReactivated, "OrganizationReactivated"_l, 1, Notice, true, "the suspension of an organization ended"_l,
              "the organization"_l, organizationResumed},
    EventInfo{OrganizationDeleted, "OrganizationDeleted"_l, 1, Warning, true, "an organization was deleted, which ended access in it"_l,
              "the organization"_l, organizationDeleted},
    EventInfo{OrganizationRestored, "OrganizationRestored"_l, 1, Warning, true, "an organization that was deleted can be used again"_l,
              "the organization"_l, organizationResumed},
    EventInfo{UserRoleRevoked, "UserRoleRevoked"_l, 1, Notice, true, "a role in an organization was taken from a person"_l, "the user"_l,
              userRoleRevoked},
    EventInfo{MembershipEnded, "MembershipEnded"_l, 1, Warning, true,
              "a person is no member of an organization any more, and its sessions there ended"_l, "the user"_l, membershipEnded},
    EventInfo{OrganizationOwnershipTransferred, "OrganizationOwnershipTransferred"_l, 1, Warning, true,
              "an organization was given to another member"_l, "the user who owns it from then on"_l, ownershipTransferred},
    EventInfo{RoleCreated, "RoleCreated"_l, 1, Notice, true, "an organization made a role of its own"_l, "the role"_l, roleMade},
    EventInfo{RoleChanged, "RoleChanged"_l, 1, Notice, true, "a role of an organization allows something else from then on"_l, "the role"_l,
              roleChanged},
    EventInfo{RoleDeleted, "RoleDeleted"_l, 1, Notice, true, "a role of an organization, which nobody had, was deleted"_l, "the role"_l, roleMade},
    EventInfo{InvitationSent, "InvitationSent"_l, 1, Notice, true, "somebody was invited into an organization"_l, "the invitation"_l, invitationSent},
    EventInfo{InvitationAccepted, "InvitationAccepted"_l, 1, Notice, true, "somebody who was invited became a member"_l, "the invitation"_l,
              invitationAccepted},
    EventInfo{
        InvitationRevoked,
        "InvitationRevoked"_l,
        1,
        Notice,
        true,
        "an invitation was taken back by an administrator; those that end with a role of their sender (UserRoleRevoked) have no event of their own"_l,
        "the invitation"_l,
        {}},
    EventInfo{JobCompleted, "JobCompleted"_l, 1, Info, true,
              "a scheduled job ended well; only when somebody asked for the run, or it changed something: the list of runs has the others"_l,
              "the run"_l, jobCompleted},
    EventInfo{JobFailed, "JobFailed"_l, 1, Warning, true, "a scheduled job failed, or was left unfinished"_l, "the run"_l, jobFailed},
    EventInfo{JobPaused, "JobPaused"_l, 1, Notice, true, "a job will not be run by its schedule until it is resumed"_l, "nobody"_l, jobOnly},
    EventInfo{JobResumed, "JobResumed"_l, 1, Notice, true, "a job is run by its schedule again"_l, "nobody"_l, jobOnly},
    EventInfo{JobRequested, "JobRequested"_l, 1, Notice, true, "somebody asked for one run of a job"_l, "nobody"_l, jobOnly},
    EventInfo{JobScheduleChanged, "JobScheduleChanged"_l, 1, Notice, true, "a job got another schedule"_l, "nobody"_l, jobScheduleChanged},
    EventInfo{AuditSealed, "AuditSealed"_l, 1, Info, true, "the head of the audit trail was signed, once a day and at a change"_l, "nobody"_l,
              auditSealed},
};

constexpr bool isInOrder()
{
    for (std::size_t i = 0; i < catalogue.size(); ++i) {
        if (catalogue[i].type != static_cast<EventType>(i))
            return false;
    }
    return catalogue.size() == static_cast<std::size_t>(AuditSealed) + 1;
}
static_assert(isInOrder(), "the catalogue has one row for each type, in the order of the enumeration");

} // namespace

std::span<const EventInfo> eventCatalogue()
{
    return catalogue;
}

const EventInfo &eventInfo(EventType type)
{
    return catalogue[static_cast<std::size_t>(type)];
}

std::optional<EventType> eventTypeFromName(QLatin1String name)
{
    for (const EventInfo &info : catalogue) {
        if (info.name == name)
            return info.type;
    }
    return std::nullopt;
}

} // namespace aegis
