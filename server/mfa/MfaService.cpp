#include "server/mfa/MfaService.h"

#include "server/crypto/Base32.h"
#include "server/crypto/Random.h"
#include "server/mfa/BackupCodes.h"
#include "server/mfa/OtpAuthUri.h"
#include "server/mfa/QrCode.h"
#include "server/mfa/Totp.h"
#include "server/sessions/FreshAuthentication.h"

namespace aegis {
namespace {

const QString method = QStringLiteral("totp");

/// New codes as the person sees them and as the database keeps them.
struct CodeSet {
    BackupCodesResponse shown;
    std::vector<QByteArray> hashes;
};

Result<CodeSet> makeCodes(const UserId &user, int count)
{
    TRY(const std::vector<Secret> codes, backup_codes::make(count));
    CodeSet set;
    for (const Secret &code : codes) {
        set.shown.backupCodes.append(QString::fromLatin1(code.reveal()));
        set.hashes.push_back(backup_codes::hashOf(user, code));
    }
    return set;
}

} // namespace

Task<Result<MfaStatusResponse>> MfaService::status(const RequestContext &context) const
{
    CO_TRY(const auto factor,
           co_await m_database.read<std::optional<MfaStore::Factor>>(context, [&](Tx &tx) { return MfaStore::find(tx, context.actor.user); }));
    MfaStatusResponse response;
    if (!factor)
        co_return response;
    response.enabled = true;
    response.methods = {method};
    response.enabledAt = factor->activatedAt;
    response.backupCodesLeft = factor->backupCodesLeft;
    if (factor->backupCodesLeft > 0)
        response.methods.append(QStringLiteral("backupCode"));
    if (factor->pausedUntil && *factor->pausedUntil > context.now)
        response.pausedUntil = factor->pausedUntil;
    co_return response;
}

Task<Result<MfaEnrolmentResponse>> MfaService::enable(const RequestContext &context) const
{
    CO_CHECK(requireFreshAuthentication(context, m_options.freshFor));
    const UserId user = context.actor.user;
    using Address = MfaStore::Address;
    CO_TRY(const Address address, co_await m_database.read<Address>(context, [&](Tx &tx) { return MfaStore::addressOf(tx, user); }));
    // Whoever squats an address would keep its owner out for good with it: a new password does not lift a second factor.
    if (m_options.forVerified && !address.isVerified)
        co_return Problem(ProblemCode::EmailNotVerified);

    CO_TRY(const Secret secret, randomSecret(totp::secretBytes));
    MfaEnrolmentResponse response;
    response.secret = Secret(base32Encode(secret.reveal()));
    response.otpauthUri = otpAuthUri(m_options.issuer, address.email, secret);
    CO_TRY(response.qrCode, qrCodeDataUri(response.otpauthUri));
    CO_TRY(const QByteArray sealed, m_sealing.seal(secret, SecondFactor::sealedFor(user)));
    CO_TRY(const bool enrolled, co_await m_database.write<bool>(context, [&](Tx &tx) { return MfaStore::enrol(tx, user, sealed); }));
    if (!enrolled)
        co_return Problem(ProblemCode::MfaAlreadyEnabled);
    co_return response;
}

Task<Result<BackupCodesResponse>> MfaService::verify(const RequestContext &context, MfaVerifyRequest request) const
{
    const UserId user = context.actor.user;
    CO_TRY(const SecondFactor::Confirmation confirmation, co_await m_factor.confirm(context, request.code));
    CO_TRY(CodeSet codes, makeCodes(user, m_options.backupCodes));

    EventBatch events(context);
    events.add({.type = EventType::MfaEnabled,
                .subject = user.uuid(),
                .payload = {{QStringLiteral("method"), method}, {QStringLiteral("backupCodes"), m_options.backupCodes}}});
    events.add(
        {.type = EventType::RefreshTokenRevoked, .subject = user.uuid(), .payload = {{QStringLiteral("reason"), QStringLiteral("mfa_enabled")}}});
    const MfaStore::Activation activation{.user = user,
                                          .sealedSecret = confirmation.sealedSecret,
                                          .step = confirmation.step,
                                          .codeHashes = codes.hashes,
                                          .tenant = context.tenant.owner(),
                                          .session = context.actor.session,
                                          .revokedUntil = m_tokens.accessEndsBy(context.now),
                                          .events = events.json()};
    using Ended = std::optional<std::vector<SessionId>>;
    CO_TRY(const Ended ended, co_await m_database.write<Ended>(context, [&](Tx &tx) { return MfaStore::activate(tx, activation); }));
    if (!ended) // another call has confirmed it, or begun another enrolment
        co_return Problem(ProblemCode::MfaNotEnabled);
    for (const SessionId &session : *ended)
        m_revocations.revoke(Revocation::ofSession(session, context.now, activation.revokedUntil));
    co_return std::move(codes.shown);
}

Task<Result<void>> MfaService::disable(const RequestContext &context, SecondFactorRequest request) const
{
    using enum SecondFactor::Purpose;
    CO_CHECK(requireFreshAuthentication(context, m_options.freshFor));
    const UserId user = context.actor.user;
    const SecondFactorCode given{.code = std::move(request.code), .backupCode = std::move(request.backupCode)};
    CO_TRY(const SecondFactorProof proof, co_await m_factor.check(context, Disable, given));
    EventBatch events(context);
    events.add({.type = EventType::MfaDisabled,
                .subject = user.uuid(),
                .payload = {{QStringLiteral("method"), method}, {QStringLiteral("reason"), QStringLiteral("person")}}});
    SecondFactor::addUse(events, context, Disable, proof);
    const QByteArray eventJson = events.json();
    CO_TRY(const bool done, co_await m_database.write<bool>(context, [&](Tx &tx) { return MfaStore::remove(tx, user, proof, eventJson); }));
    if (!done)
        co_return co_await m_factor.refuseUsed(context, Disable, proof);
    co_return Result<void>();
}

Task<Result<BackupCodesResponse>> MfaService::replaceBackupCodes(const RequestContext &context, SecondFactorRequest request) const
{
    using enum SecondFactor::Purpose;
    CO_CHECK(requireFreshAuthentication(context, m_options.freshFor));
    const UserId user = context.actor.user;
    const SecondFactorCode given{.code = std::move(request.code), .backupCode = std::move(request.backupCode)};
    CO_TRY(const SecondFactorProof proof, co_await m_factor.check(context, BackupCodes, given));
    CO_TRY(CodeSet codes, makeCodes(user, m_options.backupCodes));
    EventBatch events(context);
    events.add(
        {.type = EventType::BackupCodesRegenerated, .subject = user.uuid(), .payload = {{QStringLiteral("backupCodes"), m_options.backupCodes}}});
    SecondFactor::addUse(events, context, BackupCodes, proof);
    const QByteArray eventJson = events.json();
    CO_TRY(const bool done,
           co_await m_database.write<bool>(context, [&](Tx &tx) { return MfaStore::replaceBackupCodes(tx, user, proof, codes.hashes, eventJson); }));
    if (!done)
        co_return co_await m_factor.refuseUsed(context, BackupCodes, proof);
    co_return std::move(codes.shown);
}

} // namespace aegis
