#include "server/config/SettingsChecks.h"

#include "server/db/ConnectionString.h"
#include "server/http/transport/TlsConfiguration.h"

#include "server/db/DatabaseSessionSettings.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QUrl>

namespace aegis {
namespace {

class Findings {
public:
    /// `must` goes on after the setting's name.
    void require(bool holds, const char *name, const QString &must)
    {
        if (!holds)
            m_errors.push_back({QLatin1String(name), FieldCode::SettingConflict, must});
    }
    std::vector<FieldError> take() { return std::move(m_errors); }

private:
    std::vector<FieldError> m_errors;
};

bool isReadableFile(const QString &path)
{
    QFile file(path);
    return QFileInfo(path).isFile() && file.open(QIODevice::ReadOnly);
}

void checkTls(const Settings &settings, Findings &findings)
{
    findings.require(settings.tlsCertFile.isEmpty() == settings.tlsKeyFile.isEmpty(),
                     settings.tlsKeyFile.isEmpty() ? "TLS_KEY_FILE" : "TLS_CERT_FILE",
                     QStringLiteral("is missing: TLS_CERT_FILE and TLS_KEY_FILE must be set together"));
    if (!settings.tlsCertFile.isEmpty())
        findings.require(isReadableFile(settings.tlsCertFile), "TLS_CERT_FILE",
                         QStringLiteral("is '%1', which must be a file that can be read").arg(settings.tlsCertFile));
    if (!settings.tlsKeyFile.isEmpty())
        findings.require(isReadableFile(settings.tlsKeyFile), "TLS_KEY_FILE",
                         QStringLiteral("is '%1', which must be a file that can be read").arg(settings.tlsKeyFile));
    if (isReadableFile(settings.tlsCertFile) && isReadableFile(settings.tlsKeyFile)) {
        const auto tls = http::TlsConfiguration::load(settings.tlsCertFile, settings.tlsKeyFile);
        findings.require(tls.ok(), "TLS_CERT_FILE",
                         QStringLiteral("and TLS_KEY_FILE cannot be used: %1").arg(tls.ok() ? QString() : tls.problem().internal));
    }
    findings.require(
        QHostAddress(settings.host).isLoopback() || settings.hasTls() || settings.behindProxy, "HOST",
        QStringLiteral("is '%1', which others can reach, and there is no TLS: passwords would cross the network in the clear. Set TLS_CERT_FILE "
                       "and TLS_KEY_FILE, or BEHIND_PROXY=on when a proxy in front ends TLS, or HOST=127.0.0.1")
            .arg(settings.host));
}

bool isExecutable(const QString &path)
{
    const QFileInfo file(path);
    return file.isFile() && file.isExecutable();
}

void checkDatabases(const Settings &settings, Findings &findings)
{
    for (const auto &[name, url] :
         {std::pair("DATABASE_URL", &settings.databaseUrl), std::pair("DATABASE_MIGRATION_URL", &settings.databaseMigrationUrl)}) {
        const QString fault = url->isEmpty() ? QString() : ConnectionString::faultIn(QString::fromUtf8(url->reveal()));
        findings.require(fault.isEmpty(), name, fault);
    }
    const QString &programs = settings.postgresBinDir;
    findings.require(!settings.hasEmbeddedDatabase() || programs.isEmpty()
                         || (isExecutable(programs + QStringLiteral("/postgres")) && isExecutable(programs + QStringLiteral("/initdb"))),
                     "POSTGRES_BIN_DIR",
                     QStringLiteral("is '%1', where the programs postgres and initdb are not: it must be a directory such as "
                                    "/usr/lib/postgresql/15/bin, or not be set")
                         .arg(programs));
}

void checkKeys(const Settings &settings, Findings &findings)
{
    const bool isShared = settings.tokenAlgorithm() == SigningAlgorithm::Hs256;
    findings.require(!isShared || !settings.jwtSecret.isEmpty(), "JWT_ALGORITHM",
                     QStringLiteral("is HS256, which needs a secret: set JWT_SECRET, or another algorithm"));
    findings.require(isShared || settings.jwtSecret.isEmpty(), "JWT_ALGORITHM",
                     QStringLiteral("is not HS256, and JWT_SECRET is set, which nothing else uses: take one of the two away"));
    findings.require(settings.jwtSecretPrevious.isEmpty() || !settings.jwtSecret.isEmpty(), "JWT_SECRET_PREVIOUS",
                     QStringLiteral("is set without JWT_SECRET, which it would come before"));
    findings.require(settings.jwtSecretPrevious.isEmpty()
                         || (!settings.jwtSecretPrevious.equals(settings.jwtSecret) && !settings.jwtSecretPrevious.equals(settings.jwtRefreshSecret)),
                     "JWT_SECRET_PREVIOUS", QStringLiteral("must be another one than JWT_SECRET and JWT_REFRESH_SECRET"));
    findings.require(settings.jwtKeyPublishedAhead > settings.jwksMaxAge + settings.jwtKeyPoll, "JWT_KEY_PUBLISHED_AHEAD",
                     QStringLiteral("must be longer than JWKS_MAX_AGE and JWT_KEY_POLL together, or a key would sign before everybody knows it"));
    findings.require(settings.jwtKeyPublishedAhead < settings.jwtKeyRotation, "JWT_KEY_ROTATION",
                     QStringLiteral("must be longer than JWT_KEY_PUBLISHED_AHEAD"));
}

void checkAudit(const Settings &settings, Findings &findings)
{
    findings.require(settings.auditSigningKeyPrevious.isEmpty() || !settings.auditSigningKey.isEmpty(), "AUDIT_SIGNING_KEY_PREVIOUS",
                     QStringLiteral("is set without AUDIT_SIGNING_KEY, which it would come before"));
    findings.require(settings.auditSigningKeyPrevious.isEmpty() || !settings.auditSigningKeyPrevious.equals(settings.auditSigningKey),
                     "AUDIT_SIGNING_KEY_PREVIOUS", QStringLiteral("must be another one than AUDIT_SIGNING_KEY"));
}

void checkTokens(const Settings &settings, Findings &findings)
{
    findings.require(settings.jwtSecret.isEmpty() || !settings.jwtSecret.equals(settings.jwtRefreshSecret), "JWT_REFRESH_SECRET",
                     QStringLiteral("is the same as JWT_SECRET: it must be another one, or an access token could pass for a refresh token"));
    findings.require(settings.jwtAccessExpiration < settings.jwtRefreshExpiration, "JWT_ACCESS_EXPIRATION",
                     QStringLiteral("must be shorter than JWT_REFRESH_EXPIRATION"));
    findings.require(settings.sessionIdleLifetime <= settings.sessionAbsoluteLifetime, "SESSION_IDLE_LIFETIME",
                     QStringLiteral("must not be longer than SESSION_ABSOLUTE_LIFETIME"));
    findings.require(settings.refreshGrace < settings.jwtAccessExpiration, "REFRESH_GRACE",
                     QStringLiteral("must be shorter than JWT_ACCESS_EXPIRATION"));
    findings.require(settings.revocationPoll < settings.revocationMaxAge, "REVOCATION_POLL",
                     QStringLiteral("must be shorter than REVOCATION_MAX_AGE, or every request would ask the database"));
}

void checkLimits(const Settings &settings, Findings &findings)
{
    findings.require(settings.loginPause <= settings.loginPauseMax, "LOGIN_PAUSE", QStringLiteral("must not be longer than LOGIN_PAUSE_MAX"));
    findings.require(settings.accountDelay <= settings.accountDelayMax, "ACCOUNT_DELAY", QStringLiteral("must not be longer than ACCOUNT_DELAY_MAX"));
    findings.require(settings.loginPauseMax < settings.loginFailuresForgotten, "LOGIN_FAILURES_FORGOTTEN",
                     QStringLiteral("must be longer than LOGIN_PAUSE_MAX, or a pause would end with what it is for forgotten"));
    findings.require(settings.lockoutDuration <= settings.loginFailuresForgotten, "LOCKOUT_DURATION",
                     QStringLiteral("must not be longer than LOGIN_FAILURES_FORGOTTEN"));
    findings.require(settings.redisUser.isEmpty() || !settings.redisPassword.isEmpty(), "REDIS_PASSWORD",
                     QStringLiteral("must be set when REDIS_USER is: Redis knows a user by the password"));
    findings.require(settings.redisTlsCaFile.isEmpty() || isReadableFile(settings.redisTlsCaFile), "REDIS_TLS_CA_FILE",
                     QStringLiteral("is '%1', which must be a file that can be read").arg(settings.redisTlsCaFile));
}

bool isThisMachine(const QString &host)
{
    return host == QLatin1String("localhost") || QHostAddress(host).isLoopback();
}

/// Whether what is asked for at the address cannot be read or changed on the way.
bool isSafeLink(const QString &address)
{
    const QUrl url(address);
    return url.scheme() == QLatin1String("https") || isThisMachine(url.host());
}

void checkMail(const Settings &settings, Findings &findings)
{
    findings.require(settings.smtpUser.isEmpty() == settings.smtpPassword.isEmpty(), settings.smtpUser.isEmpty() ? "SMTP_USER" : "SMTP_PASSWORD",
                     QStringLiteral("is missing: SMTP_USER and SMTP_PASSWORD must be set together"));
    findings.require(
        settings.smtpTls != SmtpTls::Off || settings.smtpHost.isEmpty() || isThisMachine(settings.smtpHost), "SMTP_TLS",
        QStringLiteral("is off, and SMTP_HOST is '%1': tokens that open accounts would cross the network in the clear. It may be off only "
                       "for a mail server on this machine")
            .arg(settings.smtpHost));
    findings.require(settings.smtpCaFile.isEmpty() || isReadableFile(settings.smtpCaFile), "SMTP_CA_FILE",
                     QStringLiteral("is '%1', which must be a file that can be read").arg(settings.smtpCaFile));
    findings.require(settings.smtpHost.isEmpty() || !settings.mailFrom.contains(QLatin1String("@localhost")) || isThisMachine(settings.smtpHost),
                     "MAIL_FROM", QStringLiteral("must be set to an address of yours when SMTP_HOST is set: others refuse mail from localhost"));
    findings.require(settings.mailSendTimeout < settings.mailLease, "MAIL_LEASE",
                     QStringLiteral("must be longer than MAIL_SEND_TIMEOUT, or two servers would send the same mail"));
    findings.require(settings.hasDerivedLinkBase || isSafeLink(settings.mailLinkBase), "MAIL_LINK_BASE",
                     QStringLiteral("is '%1', which others reach without TLS: whoever is between could change that page and take the tokens that "
                                    "open accounts. Only for this machine it may be http")
                         .arg(settings.mailLinkBase));
    findings.require(settings.emailVerification != EmailVerificationMode::Required || settings.emailVerificationTtl <= settings.unverifiedRetention,
                     "UNVERIFIED_RETENTION", QStringLiteral("must not be shorter than EMAIL_VERIFICATION_TTL, or a mail would promise more"));
    findings.require(settings.mailRetryFirst <= settings.mailRetryLongest, "MAIL_RETRY_FIRST",
                     QStringLiteral("must not be longer than MAIL_RETRY_LONGEST"));
}

void checkBounds(const Settings &settings, Findings &findings)
{
    findings.require(settings.httpMaxConnectionsPerAddress <= settings.httpMaxConnections, "HTTP_MAX_CONNECTIONS_PER_ADDRESS",
                     QStringLiteral("must not be more than HTTP_MAX_CONNECTIONS"));
    findings.require(settings.argon2MemoryKib >= 8 * settings.argon2Parallelism, "ARGON2_MEMORY_KIB",
                     QStringLiteral("must be at least 8 times ARGON2_PARALLELISM"));
    findings.require(settings.databaseMigrationUrl.isEmpty() || !settings.databaseUrl.isEmpty(), "DATABASE_MIGRATION_URL",
                     QStringLiteral("is set without DATABASE_URL: it must name the same database"));
    findings.require(!settings.databasePgbouncer || !settings.databaseUrl.isEmpty(), "DATABASE_PGBOUNCER",
                     QStringLiteral("is on without DATABASE_URL: there is no PgBouncer before the embedded database"));
    findings.require(settings.databaseStatementTimeout < settings.httpHandlerTimeout, "DATABASE_STATEMENT_TIMEOUT",
                     QStringLiteral("must be shorter than HTTP_HANDLER_TIMEOUT, or statements would outlive the requests that they are for"));
}

} // namespace

std::vector<FieldError> checkTogether(const Settings &settings)
{
    Findings findings;
    checkTls(settings, findings);
    checkDatabases(settings, findings);
    checkKeys(settings, findings);
    checkTokens(settings, findings);
    checkLimits(settings, findings);
    checkMail(settings, findings);
    checkAudit(settings, findings);
    checkBounds(settings, findings);
    return findings.take();
}

QStringList warningsAbout(const Settings &settings)
{
    QStringList warnings;
    if (settings.hasTls()) {
        const auto tls = http::TlsConfiguration::load(settings.tlsCertFile, settings.tlsKeyFile);
        if (const QString warning = tls ? tls->warningAt(systemNow()) : QString(); !warning.isEmpty())
            warnings.append(warning);
    }
    if (settings.jwtRefreshExpiration > settings.sessionAbsoluteLifetime) {
        warnings.append(QStringLiteral("JWT_REFRESH_EXPIRATION is longer than SESSION_ABSOLUTE_LIFETIME: a session ends after the latter, and its "
                                       "refresh token with it."));
    } else if (settings.sessionIdleLifetime < settings.jwtRefreshExpiration) {
        warnings.append(QStringLiteral("JWT_REFRESH_EXPIRATION is longer than SESSION_IDLE_LIFETIME: the shorter of the two counts."));
    } else if (settings.sessionIdleLifetime > settings.jwtRefreshExpiration) {
        warnings.append(QStringLiteral("SESSION_IDLE_LIFETIME is longer than JWT_REFRESH_EXPIRATION: the shorter of the two counts."));
    }
    if (settings.redisHost.isEmpty() && (!settings.redisPassword.isEmpty() || settings.redisTls)) {
        warnings.append(QStringLiteral("REDIS_PASSWORD or REDIS_TLS is set and REDIS_HOST is not: there is no Redis to use them with, so limits are "
                                       "counted by this instance alone."));
    }
    const bool isRedisHere = settings.redisHost == QLatin1String("localhost") || QHostAddress(settings.redisHost).isLoopback();
    if (!settings.redisHost.isEmpty() && !isRedisHere && !settings.redisTls) {
        warnings.append(
            QStringLiteral("REDIS_TLS is off and REDIS_HOST is another machine: whoever can read or change what passes between them can lift "
                           "the limits on logins (never a revocation, which PostgreSQL holds)."));
    }
    if (settings.emailVerification != EmailVerificationMode::Off && settings.smtpHost.isEmpty()) {
        warnings.append(QStringLiteral("EMAIL_VERIFICATION is not off and SMTP_HOST is not set: the mails with the tokens are only files in "
                                       "DATA_DIR/mail, and reach nobody by themselves."));
    }
    if (!settings.smtpHost.isEmpty()
        && (settings.mailLinkBase.contains(QLatin1String("//127.")) || settings.mailLinkBase.contains(QLatin1String("//localhost")))) {
        warnings.append(
            QStringLiteral("MAIL_LINK_BASE is not set to an address that others reach: links in mails lead to %1.").arg(settings.mailLinkBase));
    }
    if (!settings.smtpHost.isEmpty() && settings.hasDerivedLinkBase && !isSafeLink(settings.mailLinkBase)) {
        warnings.append(QStringLiteral("MAIL_LINK_BASE is not set, so links in mails lead to %1, which others reach without TLS: set it to the https "
                                       "address of your pages.")
                            .arg(settings.mailLinkBase));
    }
    if (settings.eventRetentionDays > 0)
        warnings.append(QStringLiteral("EVENT_RETENTION_DAYS is set, but events are not dropped yet: they are kept for ever."));
    if (settings.refreshGrace < settings.databaseStatementTimeout + DatabaseSessionSettings().answerGrace + std::chrono::seconds(2)) {
        warnings.append(
            QStringLiteral("REFRESH_GRACE is shorter than a database that hangs may keep a client waiting (DATABASE_STATEMENT_TIMEOUT and "
                           "some seconds): a refresh that is repeated after that counts as a theft and ends the session."));
    }
    if (settings.hasDerivedIssuer && (settings.behindProxy || !QHostAddress(settings.host).isLoopback() || settings.port == 0)) {
        warnings.append(QStringLiteral("JWT_ISSUER is not set, so tokens say that they come from %1, which is not what clients know: set it to the "
                                       "public address of this server. When it changes, tokens of before are refused.")
                            .arg(settings.jwtIssuer));
    }
    if (!settings.hasDerivedIssuer && !isSafeLink(settings.jwtIssuer)) {
        warnings.append(QStringLiteral("JWT_ISSUER is %1, which is no https address: the metadata of this server (RFC 8414, which asks for one) "
                                       "names addresses that begin with it, and programs will not find them, or go there without TLS.")
                            .arg(settings.jwtIssuer));
    }
    if (!settings.hasEmbeddedDatabase()) {
        QStringList missing;
        for (const auto &[name, secret] :
             {std::pair("JWT_REFRESH_SECRET", &settings.jwtRefreshSecret), std::pair("ENCRYPTION_KEY", &settings.encryptionKey),
              std::pair("FINGERPRINT_KEY", &settings.fingerprintKey), std::pair("EMAIL_FINGERPRINT_KEY", &settings.emailFingerprintKey),
              std::pair("AUDIT_SIGNING_KEY", &settings.auditSigningKey)}) {
            if (secret->isEmpty() && (settings.auditSealing || secret != &settings.auditSigningKey))
                missing.append(QLatin1String(name));
        }
        if (!missing.isEmpty()) {
            warnings.append(
                QStringLiteral("%1 %2 not set, so this server keeps its own in DATA_DIR: other servers on the same database would not understand "
                               "what it signs and encrypts.")
                    .arg(missing.join(QStringLiteral(", ")), missing.size() == 1 ? QStringLiteral("is") : QStringLiteral("are")));
        }
    }
    if (settings.behindProxy && settings.trustedProxies.empty()) {
        warnings.append(QStringLiteral(
            "BEHIND_PROXY is on and TRUSTED_PROXIES is empty: all clients will seem to have the proxy's address, and share its limits."));
    }
    if (settings.passwordHash == PasswordAlgorithm::Argon2id && settings.argon2MemoryKib * settings.argon2Iterations < 19456 * 2)
        warnings.append(QStringLiteral("ARGON2_MEMORY_KIB and ARGON2_ITERATIONS are below OWASP's recommendation of 19456 KiB with 2 passes."));
    return warnings;
}

} // namespace aegis
