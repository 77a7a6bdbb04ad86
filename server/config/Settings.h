#pragma once

#include "server/config/Subnet.h"
#include "server/crypto/SigningKey.h"
#include "server/limits/Rate.h"
#include "server/passwords/Argon2Engine.h"
#include "server/passwords/PasswordParameters.h"
#include "server/passwords/PasswordPolicy.h"
#include "shared/text/Secret.h"

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <chrono>
#include <optional>
#include <vector>

namespace aegis {

enum class LogLevel { Debug, Info, Warning, Error };
enum class LogFormat { Auto, Json, Text };
enum class Lockout { Delay, Strict };
enum class MetricsAccess { Loopback, Public };
enum class SmtpTls { Starttls, Implicit, Off };
/// Whether new addresses are verified by a mail: never; without consequence; before the organization of a signup is active.
enum class EmailVerificationMode { Off, Optional, Required };

/// Everything that can be set about one server, typed and checked. It is filled once from the table of settings, whose
/// names these members carry in camelCase (`JWT_AUDIENCE` is `jwtAudience`), and passed by const reference from then
/// on, to any thread. What each one means and why it has its default stands in the table alone (`aegisd --help-config`).
struct Settings { // NOLINT(clang-analyzer-optin.performance.Padding): there is one of it, and its members stand by what they are about
    /// What a server gets when nothing is set, on this machine. Not yet checked as a whole.
    static Settings defaults();

    bool hasTls() const { return !tlsCertFile.isEmpty(); }
    /// Whether the server keeps its own private cluster in the data directory.
    bool hasEmbeddedDatabase() const { return databaseUrl.isEmpty(); }
    /// What access tokens are signed with.
    SigningAlgorithm tokenAlgorithm() const { return jwtAlgorithm.value_or(jwtSecret.isEmpty() ? SigningAlgorithm::Es256 : SigningAlgorithm::Hs256); }

    // Network
    QString host;
    int port = 0; ///< 0: the kernel chooses
    bool behindProxy = false;
    std::vector<Subnet> trustedProxies;
    QStringList corsOrigins; ///< `scheme://host[:port]`, lower case, without a slash at the end
    QString tlsCertFile;
    QString tlsKeyFile;
    int ioThreads = 0;
    std::chrono::milliseconds drainTimeout{};

    // Bounds of HTTP
    qsizetype httpMaxHead = 0; ///< bytes
    qsizetype httpMaxBody = 0; ///< bytes
    int httpMaxFields = 0;
    std::chrono::milliseconds httpHeadTimeout{};
    std::chrono::milliseconds httpBodyTimeout{};
    std::chrono::milliseconds httpIdleTimeout{};
    std::chrono::milliseconds httpHandlerTimeout{};
    int httpMaxConnections = 0;
    int httpMaxConnectionsPerAddress = 0;
    std::chrono::seconds idempotencyTtl{};

    // Storage
    QString dataDir;
    Secret databaseUrl;          ///< empty: the embedded cluster
    Secret databaseMigrationUrl; ///< empty: the schema is looked at, and not changed
    int databasePoolSize = 0;
    int databaseQueue = 0;
    std::chrono::milliseconds databaseStatementTimeout{};
    bool databasePgbouncer = false;
    QString postgresBinDir; ///< empty: looked for

    // Passwords
    PasswordAlgorithm passwordHash = PasswordAlgorithm::Argon2id;
    int argon2MemoryKib = 0;
    int argon2Iterations = 0;
    int argon2Parallelism = 0;
    int bcryptRounds = 0;
    std::optional<Argon2Engine> argon2Engine; ///< nothing: the fastest that is here and computes rightly
    int hashThreads = 0;
    int hashQueue = 0;
    int hashNice = 0;
    std::chrono::milliseconds hashMemoryIdle{};
    PasswordPolicyKind passwordPolicy = PasswordPolicyKind::Composition;
    int passwordMinScore = 0; ///< zxcvbn, 0 to 4

    // Tokens and sessions
    std::optional<SigningAlgorithm> jwtAlgorithm; ///< nothing: see tokenAlgorithm()
    Secret jwtSecret;                             ///< empty: keys of the database; else HS256 with these bytes
    Secret jwtSecretPrevious;                     ///< verifies besides; empty: none
    std::chrono::seconds jwtKeyRotation{};
    std::chrono::seconds jwtKeyPublishedAhead{};
    std::chrono::milliseconds jwtKeyPoll{};
    std::chrono::seconds jwksMaxAge{};
    Secret jwtRefreshSecret; ///< empty: see InstanceSecrets
    std::chrono::seconds jwtAccessExpiration{};
    std::chrono::seconds jwtRefreshExpiration{};
    QString jwtIssuer;             ///< never empty once loaded
    bool hasDerivedIssuer = false; ///< it was not set
    QString jwtAudience;
    Secret encryptionKey;           ///< 32 bytes, or empty: see InstanceSecrets
    Secret encryptionKeyPrevious;   ///< 32 bytes, or empty: only opens
    Secret fingerprintKey;          ///< 32 bytes, or empty: see InstanceSecrets
    Secret emailFingerprintKey;     ///< 32 bytes, or empty: see InstanceSecrets
    Secret auditSigningKey;         ///< 32 bytes, or empty: see AuditKeys
    Secret auditSigningKeyPrevious; ///< 32 bytes, or empty: only endorses
    std::chrono::seconds sessionAbsoluteLifetime{};
    std::chrono::seconds sessionIdleLifetime{};
    std::chrono::milliseconds refreshGrace{};
    std::chrono::milliseconds revocationPoll{};
    std::chrono::milliseconds revocationMaxAge{};

    // Limits
    Rate rateLimitLogin;
    Rate rateLimitSignup;
    Rate rateLimitRefresh;
    Rate rateLimitMfa;
    Rate rateLimitMail;
    Rate rateLimitSlugCheck;
    Rate rateLimitAccount;
    Rate rateLimitClient;
    int limitCounters = 0;
    int loginFailures = 0;
    std::chrono::seconds loginPause{};
    std::chrono::seconds loginPauseMax{};
    std::chrono::seconds loginFailuresForgotten{};
    int accountFailures = 0;
    std::chrono::seconds accountDelay{};
    std::chrono::seconds accountDelayMax{};
    Lockout lockout = Lockout::Delay;
    std::chrono::seconds lockoutDuration{};
    int suspicionAccounts = 0;
    int suspicionAddresses = 0;
    std::chrono::seconds suspicionWindow{};

    // Redis
    QString redisHost; ///< empty: none
    int redisPort = 0;
    QString redisUser;
    Secret redisPassword;
    bool redisTls = false;
    QString redisTlsCaFile; ///< empty: the system's
    QString redisPrefix;
    std::chrono::milliseconds redisTimeout{};

    // Second factors
    QString mfaIssuer;
    int mfaMaxFailures = 0;
    std::chrono::seconds mfaPause{};
    std::chrono::seconds mfaChallengeLifetime{};
    std::chrono::seconds mfaEnrolmentLifetime{};
    int mfaBackupCodes = 0;
    std::chrono::seconds reauthenticationMaxAge{};
    std::chrono::seconds sessionRetention{};
    // Mail
    QString smtpHost; ///< empty: mails are written into the data directory
    int smtpPort = 0; ///< 0: by smtpTls
    SmtpTls smtpTls = SmtpTls::Starttls;
    QString smtpUser; ///< empty: without authentication
    Secret smtpPassword;
    QString smtpCaFile;              ///< empty: the authorities of the system
    QString mailFrom;                ///< `Name <address>`, or an address
    QString mailLinkBase;            ///< without a slash at the end; never empty once loaded
    bool hasDerivedLinkBase = false; ///< it follows from others
    std::chrono::milliseconds mailPoll{};
    std::chrono::milliseconds mailSendTimeout{};
    std::chrono::milliseconds mailLease{};
    std::chrono::milliseconds mailRetryFirst{};
    std::chrono::milliseconds mailRetryLongest{};
    std::chrono::seconds mailLifetime{};
    int mailsPerAccount = 0; ///< of one kind, in an hour
    EmailVerificationMode emailVerification = EmailVerificationMode::Off;
    std::chrono::seconds emailVerificationTtl{};
    std::chrono::seconds unverifiedRetention{};
    std::chrono::seconds passwordResetTtl{};
    std::chrono::seconds invitationTtl{};
    int invitationsPerDay = 0;     ///< mails of an organization
    int invitationsPerAddress = 0; ///< mails to an address, in a day

    // Scheduled jobs
    std::chrono::milliseconds jobPoll{};
    std::chrono::seconds jobLateAfter{};
    std::chrono::seconds jobHistoryRetention{};

    // Observation
    LogLevel logLevel = LogLevel::Info;
    LogFormat logFormat = LogFormat::Auto;
    bool logAccess = false;
    MetricsAccess metricsAccess = MetricsAccess::Loopback;

    // Audit trail
    bool auditSealing = true;
    std::chrono::milliseconds auditSealPoll{};
    QString auditSigningKeyLost; ///< id of a key; empty: none is lost

    // Not supported yet: said so at the start when set
    int eventRetentionDays = 0; ///< 0: kept
};

} // namespace aegis
