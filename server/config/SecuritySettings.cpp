#include "server/config/SettingRows.h"

namespace aegis {

using namespace setting_rows;

namespace {

Setting argon2Engine()
{
    return choice<std::optional<Argon2Engine>>(
        "ARGON2_ENGINE", &Settings::argon2Engine, "auto",
        {{"auto", std::nullopt},
         {"avx512", Argon2Engine::Avx512},
         {"avx2", Argon2Engine::Avx2},
         {"portable", Argon2Engine::Portable},
         {"libsodium", Argon2Engine::Sodium},
         {"libargon2", Argon2Engine::Reference}},
        "Who computes Argon2id; all make the same hashes. auto takes the first of this list that the processor has "
        "and that agrees with libargon2 at the start. Hashes with several lanes are always libargon2's.");
}

/// The keys of access tokens.
std::vector<Setting> keySettings()
{
    using Algorithm = std::optional<SigningAlgorithm>;
    return {
        choice<Algorithm>(
            "JWT_ALGORITHM", &Settings::jwtAlgorithm, "auto",
            {{"auto", std::nullopt},
             {"ES256", SigningAlgorithm::Es256},
             {"EdDSA", SigningAlgorithm::EdDsa},
             {"RS256", SigningAlgorithm::Rs256},
             {"HS256", SigningAlgorithm::Hs256}},
            "What access tokens are signed with. auto: ES256, which every library knows and which is quick; with JWT_SECRET HS256. RS256 "
            "is for services that know nothing else: its tokens are 250 characters longer, and each takes many times as long to sign. A "
            "change takes effect after JWT_KEY_PUBLISHED_AHEAD, and no token is refused for it; to or from HS256 it takes effect at once, "
            "and clients have to refresh."),
        described(
            secretText("JWT_SECRET", &Settings::jwtSecret,
                       "Signs access tokens with HS256, for systems that share a secret. Without it the server makes keys and keeps them encrypted "
                       "in the database, and services check tokens with their public halves."),
            "not set (ES256)"),
        described(
            secretText("JWT_SECRET_PREVIOUS", &Settings::jwtSecretPrevious,
                       "Tokens signed with it are good as well, while JWT_SECRET is exchanged: first set the new secret here on all servers, then "
                       "exchange the two, and take the old one away after JWT_ACCESS_EXPIRATION."),
            "not set"),
        duration(
            "JWT_KEY_ROTATION", &Settings::jwtKeyRotation, "90d", "1m", "3650d",
            "How long a key of the database signs. A key that was stolen unnoticed is of no use for longer; `aegisd keys rotate` ends its turn at "
            "once. It still verifies until its last token has expired."),
        duration(
            "JWT_KEY_PUBLISHED_AHEAD", &Settings::jwtKeyPublishedAhead, "1h", "1s", "365d",
            "How long a key is in /.well-known/jwks.json before it signs, at least: longer than anybody keeps that document. There is always one "
            "that waits, so as a rule it has been there for months."),
        duration("JWT_KEY_POLL", &Settings::jwtKeyPoll, "10s", "10ms", "1m",
                 "How often each server looks whether keys have changed: how long `aegisd keys rotate` takes to be known everywhere."),
        duration("JWKS_MAX_AGE", &Settings::jwksMaxAge, "5m", "0s", "1d",
                 "How long /.well-known/jwks.json may be kept without asking again. Services fetch it once in this time at most."),
    };
}

} // namespace

SettingGroup passwordSettings()
{
    return {QStringLiteral("Passwords"),
            {choice<PasswordAlgorithm>("PASSWORD_HASH", &Settings::passwordHash, "argon2id",
                                       {{"argon2id", PasswordAlgorithm::Argon2id}, {"bcrypt", PasswordAlgorithm::Bcrypt}},
                                       "How new passwords are hashed. Argon2id makes guessing on graphics cards dearest; both kinds verify, and a "
                                       "hash of the other kind is renewed at the next login."),
             count("ARGON2_MEMORY_KIB", &Settings::argon2MemoryKib, "19456", 8192, 524288,
                   "Memory of one Argon2id hash in KiB. 19 MiB with two passes is OWASP's recommendation; `aegisd calibrate` proposes values for "
                   "this machine."),
             count("ARGON2_ITERATIONS", &Settings::argon2Iterations, "2", 1, 10, "Passes of one Argon2id hash, as OWASP recommends for 19 MiB."),
             count("ARGON2_PARALLELISM", &Settings::argon2Parallelism, "1", 1, 4,
                   "Lanes of one Argon2id hash. A server has enough logins to keep all its cores busy with one lane each."),
             argon2Engine(),
             count("BCRYPT_ROUNDS", &Settings::bcryptRounds, "12", 10, 16,
                   "The cost of bcrypt, as a power of two, with PASSWORD_HASH=bcrypt. 12 takes about a quarter of a second."),
             computed(count("HASH_THREADS", &Settings::hashThreads, "", 1, 256,
                            "Threads that hash passwords. Hashing does nothing but compute, so one a core."),
                      "the number of cores", [](const Machine &machine) { return QByteArray::number(machine.cores); }),
             count("HASH_QUEUE", &Settings::hashQueue, "256", 1, 100000,
                   "Passwords that may wait to be hashed: a few seconds' worth. One more is answered 503 at once instead of ever later."),
             count("HASH_NICE", &Settings::hashNice, "10", 0, 19,
                   "How far the hashing threads stand back behind the others, so that a flood of logins does not slow the checks of tokens."),
             duration("HASH_MEMORY_IDLE", &Settings::hashMemoryIdle, "10s", "100ms", "1h",
                      "When a hashing thread without work gives back the memory of its Argon2id hashes. To have it ready saves a tenth of the next "
                      "hash or more; to keep it costs ARGON2_MEMORY_KIB a thread."),
             choice<PasswordPolicyKind>("PASSWORD_POLICY", &Settings::passwordPolicy, "composition",
                                        {{"composition", PasswordPolicyKind::Composition}, {"nist", PasswordPolicyKind::Nist}},
                                        "composition: 8 characters with upper case, lower case and a digit. nist: 15 characters of any kind (NIST SP "
                                        "800-63B). Both refuse common passwords."),
             count("PASSWORD_MIN_SCORE", &Settings::passwordMinScore, "2", 0, 4,
                   "The least zxcvbn score of a new password. 2 withstands a million guesses, which is more than the limits on logins allow.")}};
}

SettingGroup tokenSettings()
{
    SettingGroup group{
        QStringLiteral("Tokens and sessions"),
        {described(secretText("JWT_REFRESH_SECRET", &Settings::jwtRefreshSecret,
                              "Signs refresh tokens; it must be another one than JWT_SECRET. All servers on one database need the same."),
                   "made at the first start, kept in DATA_DIR"),
         duration(
             "JWT_ACCESS_EXPIRATION", &Settings::jwtAccessExpiration, "15m", "30s", "24h",
             "How long an access token is good. Short, because a service that does not ask this server learns of a revocation only when it ends."),
         duration("JWT_REFRESH_EXPIRATION", &Settings::jwtRefreshExpiration, "7d", "1m", "365d",
                  "How long a refresh token is good; each use gives a new one. A session that nobody uses ends with it, unless "
                  "SESSION_IDLE_LIFETIME is set and shorter."),
         described(text("JWT_ISSUER", &Settings::jwtIssuer, "",
                        "text of at most 512 printable characters, as a rule the public address of this server",
                        "The `iss` of tokens. Set it to the address that clients know when a proxy stands in front."),
                   "http(s)://HOST:PORT"),
         text("JWT_AUDIENCE", &Settings::jwtAudience, "aegis", "text of at most 512 printable characters",
              "The `aud` of tokens: services refuse tokens that are meant for others."),
         described(secretKey("ENCRYPTION_KEY", &Settings::encryptionKey,
                             "Encrypts signing keys and second factors in the database (AES-256-GCM). What it has encrypted is lost with it. All "
                             "servers on one database need the same."),
                   "made at the first start, kept in DATA_DIR"),
         described(
             secretKey("ENCRYPTION_KEY_PREVIOUS", &Settings::encryptionKeyPrevious,
                       "Another key that opens what it has encrypted and encrypts nothing: the one before while `aegisd keys rotate-encryption` "
                       "runs, or the next one while it is being given to all servers."),
             "not set"),
         described(secretKey("FINGERPRINT_KEY", &Settings::fingerprintKey,
                             "Keys the fingerprints of requests with an Idempotency-Key, so that a password cannot be guessed from one, and those of "
                             "the secrets of programs (aegisd clients). All servers "
                             "on one database need the same."),
                   "made at the first start, kept in DATA_DIR"),
         described(secretKey("EMAIL_FINGERPRINT_KEY", &Settings::emailFingerprintKey,
                             "Keys the fingerprints that stand for e-mail addresses where the address itself must not. All servers on one database "
                             "need the same."),
                   "made at the first start, kept in DATA_DIR"),
         duration("SESSION_ABSOLUTE_LIFETIME", &Settings::sessionAbsoluteLifetime, "30d", "1m", "3650d",
                  "When a person has to log in again, however active."),
         described(duration("SESSION_IDLE_LIFETIME", &Settings::sessionIdleLifetime, "7d", "1m", "365d",
                            "When a session that nobody uses ends. The shorter of this and JWT_REFRESH_EXPIRATION counts."),
                   "that of JWT_REFRESH_EXPIRATION"),
         duration("SESSION_RETENTION", &Settings::sessionRetention, "30d", "1h", "3650d",
                  "How long a session that has ended is kept in the database: what an investigation looks back over."),
         duration("REFRESH_GRACE", &Settings::refreshGrace, "10s", "0s", "1m",
                  "For how long the token that was just exchanged still gives the current one: two tabs, or an answer that was lost. Later it counts "
                  "as stolen and ends the session."),
         duration("REVOCATION_POLL", &Settings::revocationPoll, "250ms", "10ms", "1m",
                  "How often revocations by other servers are read from the database: how long a logout takes to be known everywhere."),
         duration("REVOCATION_MAX_AGE", &Settings::revocationMaxAge, "2s", "100ms", "5m",
                  "How old that knowledge may be. When the database cannot be asked for longer, each request checks it, and is refused when that "
                  "fails.")}};
    std::vector<Setting> keys = keySettings();
    group.settings.insert(group.settings.begin(), std::make_move_iterator(keys.begin()), std::make_move_iterator(keys.end()));
    return group;
}

} // namespace aegis
