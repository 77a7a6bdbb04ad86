#include "server/mfa/SecondFactor.h"

#include "server/db/RowJson.h"
#include "server/events/EventStore.h"
#include "server/log/Log.h"
#include "server/mfa/BackupCodes.h"
#include "server/mfa/Totp.h"

namespace aegis {
namespace {

constexpr QLatin1String wrongCode("wrong_code");
constexpr QLatin1String usedCode("used_code");
constexpr QLatin1String wrongBackupCode("wrong_backup_code");

QString nameOf(SecondFactor::Purpose purpose)
{
    using enum SecondFactor::Purpose;
    switch (purpose) {
    case Login:
        return QStringLiteral("login");
    case Enable:
        return QStringLiteral("enable");
    case Disable:
        return QStringLiteral("disable");
    case BackupCodes:
        return QStringLiteral("backup_codes");
    case Reauthenticate:
        return QStringLiteral("reauthenticate");
    }
    Q_UNREACHABLE();
}

Result<void> checkIsOne(const SecondFactorCode &given)
{
    if (given.code.has_value() != given.backupCode.has_value())
        return {};
    const QString message = given.code ? QStringLiteral("Only one of code and backupCode may be given.")
                                       : QStringLiteral("One of code and backupCode must be given.");
    return Problem(ProblemCode::ValidationFailed).withField({QStringLiteral("code"), given.code ? FieldCode::Unknown : FieldCode::Required, message});
}

} // namespace

Task<Result<SecondFactorProof>> SecondFactor::check(const RequestContext &context, Purpose purpose, const SecondFactorCode &given,
                                                    std::optional<TokenId> challenge) const
{
    CO_CHECK(checkIsOne(given));
    // Named, as whatever is handed to a co_await here: g++ 12 destroys a braced argument twice.
    const MfaStore::Beginning beginning{
        .user = context.tenant.user, .challenge = challenge, .enrolledSince = {}, .maxFailures = m_options.maxFailures, .pause = m_options.pause};
    const Begin how = given.backupCode ? MfaStore::beginBackupCode : MfaStore::begin;
    CO_TRY(const MfaStore::Attempt attempt, co_await begin(context, beginning, how));
    SecondFactorProof proof{.step = {}, .codeHash = {}, .failures = attempt.failures, .pausedUntil = attempt.pausedUntil};
    if (given.backupCode) {
        proof.codeHash = backup_codes::hashOf(context.tenant.user, *given.backupCode);
        co_return proof;
    }
    CO_TRY(proof.step, stepOf(context, attempt, *given.code));
    if (!proof.step)
        co_return co_await refuse(context, purpose, wrongCode, attempt.failures, attempt.pausedUntil);
    if (attempt.lastStep && *proof.step <= *attempt.lastStep)
        co_return co_await refuse(context, purpose, usedCode, attempt.failures, attempt.pausedUntil);
    co_return proof;
}

Task<Result<SecondFactor::Confirmation>> SecondFactor::confirm(const RequestContext &context, const Secret &code) const
{
    const MfaStore::Beginning beginning{.user = context.tenant.user,
                                        .challenge = {},
                                        .enrolledSince = context.now - m_options.enrolmentLifetime,
                                        .maxFailures = m_options.maxFailures,
                                        .pause = m_options.pause};
    CO_TRY(MfaStore::Attempt attempt, co_await begin(context, beginning, MfaStore::begin));
    CO_TRY(const std::optional<qint64> step, stepOf(context, attempt, code));
    if (!step)
        co_return co_await refuse(context, Purpose::Enable, wrongCode, attempt.failures, attempt.pausedUntil);
    Confirmation confirmation{.step = *step, .sealedSecret = std::move(attempt.sealedSecret)};
    co_return confirmation;
}

Task<Result<MfaStore::Attempt>> SecondFactor::begin(const RequestContext &context, const MfaStore::Beginning &beginning, Begin how) const
{
    CO_TRY(MfaStore::Attempt attempt, co_await m_database.write<MfaStore::Attempt>(context, [&](Tx &tx) { return how(tx, beginning); }));
    switch (attempt.outcome) {
    case MfaStore::Outcome::Attempt:
        co_return attempt;
    case MfaStore::Outcome::Paused:
        m_pauses.fetch_add(1, std::memory_order_relaxed);
        co_return Problem(ProblemCode::MfaPaused)
            .withRetryAfter(std::chrono::ceil<std::chrono::seconds>(attempt.pausedUntil.value_or(context.now) - context.now));
    case MfaStore::Outcome::None:
        // A login was told that there is one: it is gone since, and its challenge with it.
        co_return Problem(beginning.challenge ? ProblemCode::InvalidMfaToken : ProblemCode::MfaNotEnabled);
    case MfaStore::Outcome::Invalid:
        co_return Problem(ProblemCode::InvalidMfaToken)
            .withInternal(QStringLiteral("unknown, used, expired, tried too often, or the account has changed"));
    }
    Q_UNREACHABLE();
}

Result<std::optional<qint64>> SecondFactor::stepOf(const RequestContext &context, const MfaStore::Attempt &attempt, const Secret &code) const
{
    const auto secret = m_sealing.open(attempt.sealedSecret, sealedFor(context.tenant.user));
    if (!secret) {
        log::error("mfa_secret_unusable", context,
                   {{"user", QString::fromLatin1(context.tenant.user.text())}, {"internal", secret.problem().internal}});
        return secret.problem();
    }
    const auto step = totp::matchingStep(*secret, code, context.now);
    return step ? std::optional<qint64>(*step) : std::nullopt;
}

Task<Problem> SecondFactor::refuseUsed(const RequestContext &context, Purpose purpose, const SecondFactorProof &proof) const
{
    return refuse(context, purpose, proof.codeHash ? wrongBackupCode : usedCode, proof.failures, proof.pausedUntil);
}

Task<Problem> SecondFactor::refuse(const RequestContext &context, Purpose purpose, QLatin1String reason, std::optional<int> failures,
                                   std::optional<Instant> pausedUntil) const
{
    m_failures.fetch_add(1, std::memory_order_relaxed);
    const RequestContext inAnyCase = context.withoutDeadline();
    EventBatch events(inAnyCase);
    events.add({.type = EventType::MfaChallengeFailed,
                .subject = context.tenant.user.uuid(),
                .payload = {{QStringLiteral("reason"), QString(reason)},
                            {QStringLiteral("purpose"), nameOf(purpose)},
                            {QStringLiteral("failures"), failures ? QJsonValue(*failures) : QJsonValue(QJsonValue::Null)},
                            {QStringLiteral("pausedUntil"), pausedUntil ? rowjson::time(*pausedUntil) : QJsonValue(QJsonValue::Null)}}});
    auto recorded = co_await EventStore::record(m_database, inAnyCase, events);
    if (!recorded)
        co_return std::move(recorded).problem();
    co_return Problem(ProblemCode::InvalidMfaCode).withInternal(QString(reason));
}

void SecondFactor::addUse(EventBatch &events, const RequestContext &context, Purpose purpose, const SecondFactorProof &proof)
{
    if (!proof.codeHash)
        return;
    events.add({.type = EventType::BackupCodeUsed,
                .subject = context.tenant.user.uuid(),
                .payload = {{QStringLiteral("purpose"), nameOf(purpose)}},
                .session = {},
                .actor = context.tenant.user});
}

} // namespace aegis
