#include "server/auth/MailRequestJob.h"

#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"
#include "server/log/Log.h"

namespace aegis {
namespace {

constexpr int mostAtATime = 500;
constexpr std::chrono::seconds lease(30);
/// Who asked so long ago has asked again.
constexpr std::chrono::hours longestWait(1);

} // namespace

Result<void> MailRequestJob::step()
{
    for (int i = 0; i < mostAtATime; ++i) {
        if (!m_claim) {
            TRY(m_claim, m_session.write<std::optional<Claim>>(RequestContext::forSystem(m_options.clock()), [](Tx &tx) {
                return MailRequestStore::claim(tx, lease);
            }));
        }
        if (!m_claim)
            return {};
        const Result<void> done = fulfil(*m_claim);
        // What the database was away for need not wait for the lease to end; of who has it by then this one does nothing more.
        if (done || (done.problem().code != ProblemCode::DatabaseUnavailable && done.problem().code != ProblemCode::OutcomeUnknown))
            m_claim.reset();
        CHECK(done);
    }
    return {};
}

bool MailRequestJob::isWanted(EmailToken::Kind kind, const std::optional<Account> &account) const
{
    if (!account || account->user.status == QLatin1String("suspended"))
        return false;
    return kind == EmailToken::Kind::PasswordReset || (m_options.verifies && !account->user.emailVerified);
}

Result<void> MailRequestJob::fulfil(const Claim &claim)
{
    const auto request = MailRequest::open(m_sealing, claim.id, claim.sealed);
    const Instant now = m_options.clock();
    if (claim.createdAt < now - longestWait)
        return drop(claim);
    if (!request) { // another instance may have its key already
        log::warning("mail_request_unreadable", {{"reason", request.problem().internal}});
        return {};
    }
    RequestContext context = RequestContext::forSystem(now);
    context.client = request->client;
    context.correlationId = request->correlationId;
    TRY(const auto account, m_session.read<std::optional<Account>>(context, [&](Tx &tx) { return AccountStore::find(tx, request->email); }));
    if (!isWanted(claim.kind, account))
        return drop(claim);

    context.tenant = {.organization = account->organizationId(), .user = account->user.id};
    TRY(const AccountMails::WithToken mail, m_mails.withToken(context, claim.kind, account->user.id, request->email));
    EventBatch events(context);
    if (claim.kind == EmailToken::Kind::PasswordReset) {
        events.add({.type = EventType::PasswordResetRequested,
                    .subject = account->user.id.uuid(),
                    .payload = {{QStringLiteral("expiresAt"), rowjson::time(mail.expiresAt)}}});
    }
    const MailRequestStore::Fulfilment fulfilment{
        .user = account->user.id, .most = m_options.most, .token = mail.token, .mail = mail.mail, .events = events.json()};
    CHECK(m_session.write<bool>(context, [&](Tx &tx) { return MailRequestStore::fulfil(tx, claim, fulfilment); }));
    return {};
}

Result<void> MailRequestJob::drop(const Claim &claim)
{
    return m_session.write<void>(RequestContext::forSystem(m_options.clock()), [&](Tx &tx) { return MailRequestStore::remove(tx, claim); });
}

} // namespace aegis
