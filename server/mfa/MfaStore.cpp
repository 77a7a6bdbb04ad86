#include "server/mfa/MfaStore.h"

namespace aegis {
namespace {

constexpr Sql findSql(R"(
    select f.activated_at, f.paused_until,
           (select count(*)::int from aegis.backup_code b where b.user_id = f.user_id and b.used_at is null) as codes_left
    from aegis.mfa_factor f where f.user_id = $1 and f.activated_at is not null)");
constexpr Sql addressSql("select email, email_verified_at is not null from aegis.\"user\" where id = $1");
constexpr Sql enrolSql("select aegis.enrol_second_factor($1, $2, $3)");
constexpr Sql beginSql("select * from aegis.begin_second_factor($1, $2, $3, $4, $5, $6)");
constexpr Sql beginBackupCodeSql("select outcome, tried from aegis.begin_backup_code($1, $2, $3, $4)");
constexpr Sql activateSql("select done, ended::text[] as ended from aegis.activate_second_factor($1, $2, $3, $4, $5, $6, $7, $8, $9)");
constexpr Sql removeSql("select aegis.remove_second_factor($1, $2, $3, $4, $5)");
constexpr Sql replaceSql("select aegis.replace_backup_codes($1, $2, $3, $4, $5, $6)");
constexpr Sql beginLoginSql("select aegis.begin_mfa_login($1, $2, $3, $4, $5, $6, $7)");
constexpr Sql completeLoginSql("select aegis.complete_mfa_login($1, $2, $3, $4, $5, $6, $7, $8)");
constexpr Sql hasBackupCodeSql("select exists (select from aegis.backup_code where user_id = $1 and code_hash = $2 and used_at is null)");
constexpr Sql sealedOtherwiseSql("select * from aegis.factors_sealed_otherwise($1, $2, $3)");
constexpr Sql sealedSecretSql("select secret_sealed from aegis.mfa_factor where user_id = $1 and activated_at is not null");
constexpr Sql replaceSealedSql("update aegis.mfa_factor set secret_sealed = $3 where user_id = $1 and secret_sealed = $2");
constexpr Sql removeExpiredSql(R"(
    delete from aegis.mfa_challenge where (user_id, id) in (
        select user_id, id from aegis.mfa_challenge where expires_at <= $1 limit $2))");

std::optional<Bytes> hashOf(const SecondFactorProof &proof)
{
    return proof.codeHash ? std::optional(Bytes{*proof.codeHash}) : std::nullopt;
}

std::vector<Bytes> allOf(const std::vector<QByteArray> &hashes)
{
    std::vector<Bytes> all;
    for (const QByteArray &hash : hashes)
        all.push_back({hash});
    return all;
}

} // namespace

Result<std::optional<MfaStore::Factor>> MfaStore::find(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.finalQuery(findSql, user));
    if (rows.isEmpty())
        return std::optional<Factor>();
    const Row row = rows.first();
    return std::optional(Factor{.activatedAt = row.get<Instant>("activated_at"),
                                .pausedUntil = row.get<std::optional<Instant>>("paused_until"),
                                .backupCodesLeft = row.get<int>("codes_left")});
}

Result<MfaStore::Address> MfaStore::addressOf(Tx &tx, const UserId &user)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::InvalidToken, addressSql, user));
    return Address{.email = row.get<QString>(0), .isVerified = row.get<bool>(1)};
}

Result<bool> MfaStore::enrol(Tx &tx, const UserId &user, const QByteArray &sealedSecret)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, enrolSql, user, Bytes{sealedSecret}, tx.context().now));
    return row.get<bool>(0);
}

Result<MfaStore::Attempt> MfaStore::begin(Tx &tx, const Beginning &beginning)
{
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, beginSql, beginning.user, beginning.challenge, beginning.enrolledSince, beginning.maxFailures,
                         std::chrono::microseconds(beginning.pause), tx.context().now));
    Attempt attempt;
    attempt.pausedUntil = row.get<std::optional<Instant>>("paused_until");
    const QString outcome = row.get<QString>("outcome");
    if (outcome == QLatin1String("attempt")) {
        attempt.outcome = Outcome::Attempt;
        attempt.sealedSecret = row.get<QByteArray>("secret_sealed");
        attempt.lastStep = row.get<std::optional<qint64>>("last_step");
        attempt.failures = row.get<int>("failures");
    } else if (outcome == QLatin1String("paused")) {
        attempt.outcome = Outcome::Paused;
    } else if (outcome == QLatin1String("invalid")) {
        attempt.outcome = Outcome::Invalid;
    }
    return attempt;
}

Result<MfaStore::Attempt> MfaStore::beginBackupCode(Tx &tx, const Beginning &beginning)
{
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, beginBackupCodeSql, beginning.user, beginning.challenge, beginning.maxFailures, tx.context().now));
    Attempt attempt;
    const QString outcome = row.get<QString>("outcome");
    if (outcome == QLatin1String("attempt")) {
        attempt.outcome = Outcome::Attempt;
        attempt.failures = row.get<std::optional<int>>("tried");
    } else if (outcome == QLatin1String("invalid")) {
        attempt.outcome = Outcome::Invalid;
    }
    return attempt;
}

Result<std::optional<std::vector<SessionId>>> MfaStore::activate(Tx &tx, const Activation &a)
{
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, activateSql, a.user, Bytes{a.sealedSecret}, a.step, allOf(a.codeHashes), a.tenant, a.session,
                         tx.context().now, a.revokedUntil, Json(a.events)));
    if (!row.get<bool>("done"))
        return std::optional<std::vector<SessionId>>();
    std::vector<SessionId> ended;
    for (const QString &id : row.get<QStringList>("ended"))
        ended.push_back(SessionId::parse(id.toLatin1()).value_or(SessionId()));
    return std::optional(std::move(ended));
}

Result<bool> MfaStore::remove(Tx &tx, const UserId &user, const SecondFactorProof &proof, const QByteArray &events)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, removeSql, user, proof.step, hashOf(proof), tx.context().now, Json(events)));
    return row.get<bool>(0);
}

Result<bool> MfaStore::replaceBackupCodes(Tx &tx, const UserId &user, const SecondFactorProof &proof, const std::vector<QByteArray> &codeHashes,
                                          const QByteArray &events)
{
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, replaceSql, user, proof.step, hashOf(proof), allOf(codeHashes), tx.context().now, Json(events)));
    return row.get<bool>(0);
}

Result<bool> MfaStore::beginLogin(Tx &tx, const LoginBegin &login)
{
    const auto renewed = login.newPasswordHash.isEmpty() ? std::nullopt : std::optional(Text{login.newPasswordHash});
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, beginLoginSql, login.user, Text{login.passwordHash}, renewed, login.challenge, tx.context().now,
                         login.expiresAt, Json(login.events)));
    return row.get<bool>(0);
}

Result<bool> MfaStore::hasBackupCode(Tx &tx, const UserId &user, const QByteArray &hash)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, hasBackupCodeSql, user, Bytes{hash}));
    return row.get<bool>(0);
}

Result<MfaStore::LoginOutcome> MfaStore::completeLogin(Tx &tx, const LoginEnd &login)
{
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, completeLoginSql, login.user, login.challenge, login.proof.step, hashOf(login.proof),
                         Json(login.session), Json(login.refreshToken), tx.context().now, Json(login.events)));
    const QString outcome = row.get<QString>(0);
    if (outcome == QLatin1String("done"))
        return LoginOutcome::Done;
    if (outcome == QLatin1String("wrong"))
        return LoginOutcome::Wrong;
    return outcome == QLatin1String("changed") ? LoginOutcome::Changed : LoginOutcome::Invalid;
}

Result<std::vector<UserId>> MfaStore::sealedOtherwise(Tx &tx, const QByteArray &mark, const UserId &after, int most)
{
    TRY(const Rows rows, tx.finalQuery(sealedOtherwiseSql, Bytes{mark}, after, most));
    std::vector<UserId> users;
    for (const Row row : rows)
        users.push_back(row.get<UserId>(0));
    return users;
}

Result<QByteArray> MfaStore::sealedSecret(Tx &tx, const UserId &user)
{
    TRY(const Rows rows, tx.query(sealedSecretSql, user));
    return rows.isEmpty() ? QByteArray() : rows.first().get<QByteArray>(0);
}

Result<bool> MfaStore::replaceSealed(Tx &tx, const UserId &user, const QByteArray &old, const QByteArray &sealed)
{
    TRY(const Rows rows, tx.finalQuery(replaceSealedSql, user, Bytes{old}, Bytes{sealed}));
    return rows.affected() == 1;
}

Result<qint64> MfaStore::removeExpired(Tx &tx, int most)
{
    TRY(const Rows rows, tx.finalQuery(removeExpiredSql, tx.context().now, most));
    return rows.affected();
}

} // namespace aegis
