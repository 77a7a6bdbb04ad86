#pragma once

#include "server/admin/AuthorityService.h"
#include "server/admin/PlatformStaffService.h"
#include "server/app/Storage.h"
#include "server/audit/AuditProofService.h"
#include "server/audit/AuditService.h"
#include "server/auth/AccountLockService.h"
#include "server/auth/AccountMails.h"
#include "server/auth/DecoyCosts.h"
#include "server/auth/EmailVerificationService.h"
#include "server/auth/LoginGuard.h"
#include "server/auth/LoginService.h"
#include "server/auth/MailRequestService.h"
#include "server/auth/PasswordService.h"
#include "server/auth/Reauthentication.h"
#include "server/auth/RegistrationService.h"
#include "server/config/InstanceSecrets.h"
#include "server/config/Settings.h"
#include "server/db/Database.h"
#include "server/health/HealthService.h"
#include "server/http/Api.h"
#include "server/idempotency/IdempotencyStore.h"
#include "server/invitations/InvitationAcceptance.h"
#include "server/invitations/OrganizationCreation.h"
#include "server/jobs/JobService.h"
#include "server/keys/KeyRing.h"
#include "server/limits/LimitKeys.h"
#include "server/limits/LoginThrottle.h"
#include "server/limits/RateLimits.h"
#include "server/mail/MailOutbox.h"
#include "server/mfa/MfaService.h"
#include "server/metrics/Metrics.h"
#include "server/oauth/ClientGuard.h"
#include "server/oauth/IntrospectionService.h"
#include "server/oauth/TokenRevocationService.h"
#include "server/organizations/ManagedOrganizationService.h"
#include "server/organizations/MembershipService.h"
#include "server/organizations/RoleService.h"
#include "server/organizations/SlugService.h"
#include "server/passwords/Argon2Choice.h"
#include "server/passwords/PasswordHasher.h"
#include "server/passwords/PasswordPolicy.h"
#include "server/replay/AsOfService.h"
#include "server/sessions/AccessTokenAuthenticator.h"
#include "server/sessions/ManagedSessionService.h"
#include "server/sessions/OrganizationSwitch.h"
#include "server/sessions/OwnSessions.h"
#include "server/sessions/RefreshTokens.h"
#include "server/sessions/SessionService.h"
#include "server/users/ManagedUserService.h"

namespace aegis {

/// What the features are made of, once, in the order in which they need each other. The members stand in that order; they
/// go in the opposite one.
struct Services {
    /// What has to be loaded or made before anything else can be built.
    struct Ground {
        const Settings &settings;
        InstanceSecrets secrets;
        Sealing sealing;
        RefreshTokens refreshTokens;
        MfaTokens mfaTokens;
        KeySet keys;
        const Storage &storage;
        Argon2Choice argon2 = {.engine = fastestArgon2Engine()};
    };

    explicit Services(Ground ground);
    Services(const Services &) = delete;
    Services &operator=(const Services &) = delete;

    /// Binds the handlers of every feature.
    void bind(http::Api &api, const Settings &settings);
    /// Measures the queues, the connections to the database and the log for as long as the result lives.
    std::vector<Metrics::Sampled> measure();
    /// Does without Redis from now on; afterwards nothing of it calls anybody.
    void leaveRedis();
    /// Refuses what waits for a worker, and all that comes, with `shutting_down`. Any thread.
    void refuseJobs();

    Metrics metrics;
    Database database;
    PasswordHasher hasher;
    std::uint64_t argon2Failures; ///< engines that computed wrongly at the start
    PasswordPolicy policy;
    Sealing sealing;
    KeyRing keys;
    AccessTokens accessTokens;
    RefreshTokens refreshTokens;
    TokenIssuer tokens;
    std::unique_ptr<RedisClient> redis; ///< null: none is set
    LimitKeys limitKeys;
    RateLimits limits;
    LoginThrottle throttle;
    RevocationList revocations;
    SessionOpener opener;
    SessionService sessions;
    AccessTokenAuthenticator authenticator;
    IdempotencyStore idempotency;
    MailOutbox mailOutbox;
    AccountMails accountMails;
    RegistrationService registration;
    AccountLockService locks;
    DecoyCosts decoys;
    LoginGuard guard;
    OrganizationActivation activation;
    SecondFactor secondFactor;
    MfaService mfa;
    MfaLogin mfaLogin;
    LoginService login;
    Reauthentication reauthentication;
    OwnSessions ownSessions;
    OrganizationSwitch organizationSwitch;
    PasswordService newPasswords;
    MailRequestService mailRequests;
    EmailVerificationService emailVerification;
    ClientGuard clients;
    IntrospectionService introspection;
    TokenRevocationService tokenRevocation;
    SlugService slugs;
    JobService jobs;
    AuditProofService auditProofs;
    HealthService health;
    AuthorityService authority;
    ManagedUserService managedUsers;
    ManagedSessionService managedSessions;
    ManagedOrganizationService managedOrganizations;
    MembershipService memberships;
    RoleService roles;
    InvitationService invitations;
    InvitationAcceptance invitationAcceptance;
    OrganizationCreation organizationCreation;
    PlatformStaffService platformStaff;
    AuditService audit;
    AsOfService past;
};

} // namespace aegis
