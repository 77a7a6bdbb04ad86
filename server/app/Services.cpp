#include "server/app/Services.h"

#include "server/admin/PlatformStaffApi.h"
#include "server/audit/AuditApi.h"
#include "server/audit/AuditProofApi.h"
#include "server/auth/AuthApi.h"
#include "server/auth/EmailApi.h"
#include "server/auth/PasswordApi.h"
#include "server/health/HealthApi.h"
#include "server/http/documentation/Documentation.h"
#include "server/http/documentation/EndpointDescription.h"
#include "server/invitations/InvitationApi.h"
#include "server/jobs/JobApi.h"
#include "server/keys/KeyApi.h"
#include "server/log/Log.h"
#include "server/mfa/MfaApi.h"
#include "server/oauth/OAuthApi.h"
#include "server/oauth/ServerMetadataOf.h"
#include "server/organizations/ManagedOrganizationApi.h"
#include "server/organizations/OrganizationApi.h"
#include "server/replay/AsOfApi.h"
#include "server/sessions/ManagedSessionApi.h"
#include "server/sessions/SessionApi.h"
#include "server/users/ManagedUserApi.h"

namespace aegis {
namespace {

Database::Options databaseOptions(const Settings &settings, const Storage &storage)
{
    Database::Options options;
    options.connection = storage.serving;
    options.session = storage.session;
    options.threads = settings.databasePoolSize;
    options.askingThreads = settings.ioThreads;
    options.queueCapacity = static_cast<std::size_t>(settings.databaseQueue);
    const QString place = storage.cluster ? QStringLiteral("%1/postgres (DATA_DIR)").arg(settings.dataDir)
                                          : QStringLiteral("the data of %1").arg(storage.serving.description());
    options.onDiskFailure = [place](const QString &said) {
        log::error("database_disk",
                   {{"message",
                     QStringLiteral("PostgreSQL cannot write: the disk with %1 is full or broken. Make room there; /health/ready says when "
                                    "it is well again")
                         .arg(place)},
                    {"internal", said}});
    };
    return options;
}

PasswordHasher::Options hasherOptions(const Settings &settings, Argon2Engine engine)
{
    return {.parameters = {.algorithm = settings.passwordHash,
                           .argon2 = {.memoryKib = static_cast<std::uint32_t>(settings.argon2MemoryKib),
                                      .passes = static_cast<std::uint32_t>(settings.argon2Iterations),
                                      .lanes = static_cast<std::uint32_t>(settings.argon2Parallelism)},
                           .bcryptRounds = settings.bcryptRounds},
            .threads = settings.hashThreads,
            .capacity = static_cast<std::size_t>(settings.hashQueue),
            .nice = settings.hashNice,
            .engine = engine,
            .memoryIdle = settings.hashMemoryIdle};
}

std::unique_ptr<RedisClient> redisOf(const Settings &settings)
{
    if (settings.redisHost.isEmpty())
        return nullptr;
    return std::make_unique<RedisClient>(RedisTarget{.host = settings.redisHost,
                                                     .port = static_cast<quint16>(settings.redisPort),
                                                     .user = settings.redisUser,
                                                     .password = settings.redisPassword,
                                                     .tls = settings.redisTls,
                                                     .caFile = settings.redisTlsCaFile,
                                                     .timeout = settings.redisTimeout});
}

RateLimitOptions rateOptions(const Settings &settings)
{
    return {.login = settings.rateLimitLogin,
            .signup = settings.rateLimitSignup,
            .refresh = settings.rateLimitRefresh,
            .mfa = settings.rateLimitMfa,
            .mail = settings.rateLimitMail,
            .slugCheck = settings.rateLimitSlugCheck,
            .account = settings.rateLimitAccount,
            .client = settings.rateLimitClient,
            .counters = static_cast<std::size_t>(settings.limitCounters),
            .prefix = settings.redisPrefix.toLatin1()};
}

LoginRules loginRules(const Settings &settings)
{
    return {.failures = settings.loginFailures,
            .pause = settings.loginPause,
            .pauseMax = settings.loginPauseMax,
            .forgotten = settings.loginFailuresForgotten,
            .accountFailures = settings.accountFailures,
            .delay = settings.accountDelay,
            .delayMax = settings.accountDelayMax,
            .strict = settings.lockout == Lockout::Strict,
            .lock = settings.lockoutDuration,
            .suspiciousAccounts = settings.suspicionAccounts,
            .suspiciousAddresses = settings.suspicionAddresses,
            .window = settings.suspicionWindow};
}

} // namespace

Services::Services(Ground ground) :
    database(databaseOptions(ground.settings, ground.storage)), hasher(hasherOptions(ground.settings, ground.argon2.engine)),
    argon2Failures(ground.argon2.failed.size()), policy(ground.settings.passwordPolicy, ground.settings.passwordMinScore),
    sealing(std::move(ground.sealing)), keys(std::move(ground.keys)),
    accessTokens(keys,
                 {.issuer = ground.settings.jwtIssuer, .audience = ground.settings.jwtAudience, .lifetime = ground.settings.jwtAccessExpiration}),
    refreshTokens(std::move(ground.refreshTokens)), tokens(accessTokens, refreshTokens), redis(redisOf(ground.settings)),
    limitKeys(ground.secrets.emailFingerprintKey), limits(limitKeys, rateOptions(ground.settings), redis.get()),
    throttle(limitKeys, loginRules(ground.settings), static_cast<std::size_t>(ground.settings.limitCounters), redis.get(),
             ground.settings.redisPrefix.toLatin1()),
    opener(tokens,
           {.idle = std::min(ground.settings.jwtRefreshExpiration, ground.settings.sessionIdleLifetime),
            .absolute = ground.settings.sessionAbsoluteLifetime,
            .refreshGrace = ground.settings.refreshGrace}),
    sessions(database, refreshTokens, tokens, opener, revocations, limits, ground.settings.suspicionWindow),
    authenticator(accessTokens, refreshTokens, revocations, database, ground.settings.revocationMaxAge),
    idempotency(sealing, ground.settings.idempotencyTtl), mailOutbox(sealing, ground.settings.mailLifetime),
    accountMails(mailOutbox,
                 {.linkBase = ground.settings.mailLinkBase,
                  .resetLifetime = ground.settings.passwordResetTtl,
                  .verificationLifetime = ground.settings.emailVerificationTtl}),
    registration(database, hasher, policy, opener, idempotency, accountMails, ground.settings.emailVerification),
    locks(database, accountMails, tokens, revocations, throttle), decoys(limitKeys, hasher.parameters()),
    guard(database, throttle, locks, decoys, ground.secrets.emailFingerprintKey),
    activation(database, ground.settings.emailVerification == EmailVerificationMode::Required),
    secondFactor(database, sealing,
                 {.maxFailures = ground.settings.mfaMaxFailures,
                  .pause = ground.settings.mfaPause,
                  .enrolmentLifetime = ground.settings.mfaEnrolmentLifetime}),
    mfa(database, sealing, secondFactor, tokens, revocations,
        {.issuer = ground.settings.mfaIssuer,
         .backupCodes = ground.settings.mfaBackupCodes,
         .freshFor = ground.settings.reauthenticationMaxAge,
         .forVerified = ground.settings.emailVerification != EmailVerificationMode::Off}),
    mfaLogin(database, opener, guard, activation, secondFactor, std::move(ground.mfaTokens), ground.settings.mfaChallengeLifetime),
    login(database, hasher, opener, guard, activation, mfaLogin), reauthentication(database, login, secondFactor, tokens),
    ownSessions(database, tokens, revocations),
    organizationSwitch(
        {.database = database, .refreshTokens = refreshTokens, .sessions = sessions, .opener = opener, .tokens = tokens, .revocations = revocations}),
    newPasswords(database, hasher, policy, accountMails, tokens, revocations, guard), mailRequests(database, sealing), emailVerification(database),
    clients(database, ground.secrets.fingerprintKey, ground.settings.revocationMaxAge),
    introspection(database, accessTokens, authenticator, refreshTokens,
                  {.issuer = ground.settings.jwtIssuer, .audience = ground.settings.jwtAudience}),
    tokenRevocation(database, accessTokens, refreshTokens, tokens, revocations), slugs(database), jobs(database), auditProofs(database),
    health(database, hasher, keys, revocations, ground.settings.revocationMaxAge, ground.storage.migrations), authority(database),
    managedUsers({.database = database,
                  .idempotency = idempotency,
                  .mails = accountMails,
                  .tokens = tokens,
                  .revocations = revocations,
                  .throttle = throttle,
                  .freshFor = ground.settings.reauthenticationMaxAge}),
    managedSessions(database, idempotency, tokens, revocations), managedOrganizations({.database = database,
                                                                                       .idempotency = idempotency,
                                                                                       .tokens = tokens,
                                                                                       .revocations = revocations,
                                                                                       .freshFor = ground.settings.reauthenticationMaxAge}),
    memberships(database, idempotency, managedSessions, ground.settings.reauthenticationMaxAge), roles(database, idempotency),
    invitations({.database = database,
                 .idempotency = idempotency,
                 .mails = accountMails,
                 .emailFingerprintKey = ground.secrets.emailFingerprintKey,
                 .lifetime = ground.settings.invitationTtl,
                 .most = {.byOrganization = ground.settings.invitationsPerDay, .toAddress = ground.settings.invitationsPerAddress},
                 .freshFor = ground.settings.reauthenticationMaxAge}),
    invitationAcceptance(database, hasher, policy, opener, idempotency), organizationCreation(database, idempotency, invitations),
    platformStaff(database, idempotency, ground.settings.reauthenticationMaxAge), audit(database), past(database)
{
}

void Services::bind(http::Api &api, const Settings &settings)
{
    bindAuth(api, registration, login, mfaLogin, reauthentication);
    bindPasswords(api, newPasswords, mailRequests);
    bindEmail(api, emailVerification, mailRequests);
    bindSessions(api, sessions, ownSessions, organizationSwitch);
    bindMfa(api, mfa);
    bindOrganizations(api, slugs);
    bindKeys(api, keys, settings.jwksMaxAge);
    bindOAuth(api, introspection, tokenRevocation, serverMetadataOf(settings.jwtIssuer, settings.jwksMaxAge));
    bindManagedUsers(api, managedUsers);
    bindManagedSessions(api, managedSessions);
    bindManagedOrganizations(api, managedOrganizations, memberships, roles);
    bindInvitations(api, invitations, invitationAcceptance, organizationCreation);
    bindPlatformStaff(api, platformStaff);
    bindAudit(api, audit);
    bindAuditProofs(api, auditProofs);
    bindAsOf(api, past);
    bindJobs(api, jobs);
    bindHealth(api, health, metrics, settings.metricsAccess);
    http::bindDocumentation(api);
}

void Services::leaveRedis()
{
    if (redis)
        redis->stop();
}

void Services::refuseJobs()
{
    hasher.refuse();
    database.refuse();
}

std::vector<Metrics::Sampled> Services::measure()
{
    std::vector<Metrics::Sampled> sampled;
    const auto gauge = [&](const char *name, const char *help, std::function<double()> sample, const MetricLabels &labels = {}) {
        sampled.push_back(metrics.gauge(name, help, std::move(sample), labels));
    };
    const auto counter = [&](const char *name, const char *help, std::function<double()> sample, const MetricLabels &labels = {}) {
        sampled.push_back(metrics.sampledCounter(name, help, std::move(sample), labels));
    };
    const MetricLabels transactions{{"queue", "database"}}, passwords{{"queue", "passwords"}};
    gauge(
        "aegis_queue_waiting", "Jobs that wait for a worker.", [this] { return double(database.waiting()); }, transactions);
    gauge(
        "aegis_queue_waiting", "Jobs that wait for a worker.", [this] { return double(hasher.waiting()); }, passwords);
    counter(
        "aegis_queue_rejections_total", "Jobs refused because the queue was full.", [this] { return double(database.rejected()); }, transactions);
    counter(
        "aegis_queue_rejections_total", "Jobs refused because the queue was full.", [this] { return double(hasher.rejected()); }, passwords);
    gauge("aegis_argon2_engine", "Who computes Argon2id: 1 for the one that does.", [] { return 1.0; },
          {{"engine", nameOf(hasher.engine()).toStdString()}});
    gauge("aegis_argon2_memory_bytes", "Memory that the hashing threads keep at present.", [this] { return double(hasher.keptMemory()); });
    counter("aegis_argon2_self_test_failures_total", "Engines that computed something else than libargon2 at the start.",
            [this] { return double(argon2Failures); });
    gauge("aegis_revocations", "Revocations that are remembered.", [this] { return double(revocations.size()); });
    gauge("aegis_revocation_feed_age_seconds", "Time since the revocations were last read.",
          [this] { return std::chrono::duration<double>(revocations.age()).count(); });
    counter("aegis_database_connects_total", "Connections opened to the database.", [this] { return double(database.counters().connects.load()); });
    counter("aegis_database_repeats_total", "Transactions that were run again.", [this] { return double(database.counters().repeats.load()); });
    counter("aegis_database_disk_failures_total", "Transactions that failed because the database's disk was full or broken.",
            [this] { return double(database.counters().diskFailures.load()); });
    for (const RateClass rateClass : RateLimits::classes()) {
        counter("aegis_rate_limited_total", "Calls refused because there were too many of their class.",
                [this, rateClass] { return double(limits.refused(rateClass)); }, {{"class", http::rateClassName(rateClass).toStdString()}});
    }
    counter("aegis_rate_limit_shared_total", "Times that an address had to share a counter with its neighbours, for lack of room.",
            [this] { return double(limits.overflows()); });
    counter("aegis_login_counter_shared_total", "Times that failed logins had no counter of their own, for lack of room.",
            [this] { return double(throttle.overflows()); });
    using Refusal = LoginAdmission::Refusal;
    counter("aegis_logins_held_up_total", "Logins refused because of failures before.", [this] { return double(throttle.refused(Refusal::Pair)); },
            {{"by", "pair"}});
    counter("aegis_logins_held_up_total", "Logins refused because of failures before.", [this] { return double(throttle.refused(Refusal::Account)); },
            {{"by", "account"}});
    if (redis) {
        gauge("aegis_redis_up", "Whether Redis can be used.", [this] { return redis->isUp() ? 1.0 : 0.0; });
        counter("aegis_redis_connects_total", "Connections opened to Redis.", [this] { return double(redis->connects()); });
        counter("aegis_redis_failures_total", "Commands that Redis did not carry out.", [this] { return double(redis->failures()); });
        counter("aegis_limits_counted_alone_total", "Calls that this instance counted alone because Redis did not answer.",
                [this] { return double(limits.countedAlone() + throttle.countedAlone()); });
    }
    counter("aegis_mfa_failures_total", "Second factors that were wrong.", [this] { return double(secondFactor.failures()); });
    counter("aegis_mfa_paused_total", "Second factors that were not looked at, because there had been too many wrong ones.",
            [this] { return double(secondFactor.pauses()); });
    counter("aegis_log_lines_dropped_total", "Lines of the log that nobody took in time.", [] { return double(log::dropped()); });
    return sampled;
}

} // namespace aegis
