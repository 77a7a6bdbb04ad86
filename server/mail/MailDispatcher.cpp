#include "server/mail/MailDispatcher.h"

#include "server/log/Log.h"

#include <algorithm>

namespace aegis {
namespace {

/// To count what waits reads the whole outbox, which is short unless something is wrong.
constexpr std::chrono::seconds betweenLooks(10);

Counter &mails(Metrics &metrics, const char *outcome)
{
    return metrics.counter("aegis_mails_total", "Mails that were sent, will be tried again, or were given up.", {{"outcome", outcome}});
}

} // namespace

MailDispatcher::MailDispatcher(DatabaseSession session, const MailOutbox &outbox, MailTemplates templates, std::unique_ptr<MailTransport> transport,
                               Metrics &metrics, Options options) :
    m_session(std::move(session)),
    m_outbox(outbox), m_templates(std::move(templates)), m_transport(std::move(transport)), m_options(std::move(options)),
    m_sent(mails(metrics, "sent")), m_retried(mails(metrics, "retried")), m_givenUp(mails(metrics, "given_up"))
{
    m_sampled.push_back(metrics.gauge("aegis_mail_outbox", "Mails that wait to be sent.", [this] { return double(m_waiting.load()); }));
    m_sampled.push_back(metrics.gauge("aegis_mail_outbox_oldest_seconds", "How long the oldest mail of the outbox has waited.", [this] {
        const std::int64_t oldest = m_oldest.load();
        return oldest == 0 ? 0.0 : std::max(0.0, double(toUnixSeconds(m_options.clock()) - oldest));
    }));
}

void MailDispatcher::stop()
{
    m_stopping = true;
    m_transport->stop();
}

std::chrono::milliseconds MailDispatcher::pauseAfter(int attempts) const
{
    std::chrono::milliseconds pause = m_options.retryFirst;
    for (int i = 1; i < attempts && pause < m_options.retryLongest; ++i)
        pause *= 2;
    return std::min(pause, m_options.retryLongest);
}

Result<void> MailDispatcher::step()
{
    while (m_hasLooked && !m_stopping) {
        TRY(const auto claim, m_session.write<std::optional<Claim>>(context(), [&](Tx &tx) { return MailOutboxStore::claim(tx, m_options.lease); }));
        if (!claim)
            break;
        CHECK(deliver(*claim));
        CHECK(look()); // a backlog that does not end is when somebody watches
    }
    return look();
}

Result<void> MailDispatcher::look()
{
    m_hasLooked = true;
    const Instant now = m_options.clock();
    if (m_lastLook && now >= *m_lastLook && now < *m_lastLook + betweenLooks) // a clock that was set back makes it look
        return {};
    m_lastLook = now;
    TRY(const auto backlog, m_session.read<MailOutboxStore::Backlog>(context(), MailOutboxStore::backlog));
    m_waiting = backlog.mails;
    m_oldest = backlog.oldest ? toUnixSeconds(*backlog.oldest) : 0;
    return {};
}

Result<MailMessage> MailDispatcher::compose(const Claim &claim) const
{
    const auto kind = mailKindNamed(QLatin1String(claim.kind.toLatin1()));
    if (!kind)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a mail of an unknown kind, of a newer server"));
    TRY(MailContent content, m_outbox.open(claim.id, claim.sealed));
    content.values.insert(QStringLiteral("product"), m_options.from.name.isEmpty() ? QStringLiteral("Aegis") : m_options.from.name);
    TRY(const MailText text, m_templates.render(*kind, claim.language, content.values));
    return MailMessage::compose(claim.id, m_options.from, {content.to, QString()}, claim.createdAt, claim.language, text);
}

Result<void> MailDispatcher::deliver(const Claim &claim)
{
    if (claim.expiresAt <= m_options.clock())
        return giveUp(claim, QStringLiteral("it could not be sent in time"));
    const auto mail = compose(claim);
    if (!mail) // another server may know its kind or its key
        return tryAgain(claim, mail.problem().internal);
    const MailOutcome outcome = m_transport->send(*mail);
    switch (outcome.kind) {
    case MailOutcome::Kind::Sent:
        break;
    case MailOutcome::Kind::Failed:
        return tryAgain(claim, outcome.reason);
    case MailOutcome::Kind::Refused:
        return giveUp(claim, outcome.reason);
    }
    CHECK(m_session.write<bool>(context(), [&](Tx &tx) { return MailOutboxStore::remove(tx, claim); }));
    m_sent.add();
    log::info("mail_sent", {{"mail", QString::fromLatin1(claim.id.text())}, {"kind", claim.kind}, {"attempts", claim.attempts}});
    return {};
}

Result<void> MailDispatcher::giveUp(const Claim &claim, const QString &reason)
{
    TRY(const bool isOurs, m_session.write<bool>(context(), [&](Tx &tx) { return MailOutboxStore::remove(tx, claim); }));
    if (!isOurs)
        return {};
    m_givenUp.add();
    log::warning("mail_given_up",
                 {{"mail", QString::fromLatin1(claim.id.text())}, {"kind", claim.kind}, {"attempts", claim.attempts}, {"reason", reason}});
    return {};
}

Result<void> MailDispatcher::tryAgain(const Claim &claim, const QString &reason)
{
    const Instant next = m_options.clock() + (m_stopping ? std::chrono::milliseconds(0) : pauseAfter(claim.attempts));
    if (next >= claim.expiresAt)
        return giveUp(claim, reason);
    CHECK(m_session.write<bool>(context(), [&](Tx &tx) { return MailOutboxStore::postpone(tx, claim, next); }));
    m_retried.add();
    log::info("mail_retried",
              {{"mail", QString::fromLatin1(claim.id.text())}, {"kind", claim.kind}, {"attempts", claim.attempts}, {"reason", reason}});
    return {};
}

} // namespace aegis
