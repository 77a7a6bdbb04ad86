#include "server/app/MailLoops.h"

#include "server/mail/MaildirTransport.h"
#include "server/mail/SmtpTransport.h"

namespace aegis {
namespace {

SmtpTransport::Tls tlsOf(SmtpTls tls)
{
    switch (tls) {
    case SmtpTls::Starttls:
        return SmtpTransport::Tls::Starttls;
    case SmtpTls::Implicit:
        return SmtpTransport::Tls::Implicit;
    case SmtpTls::Off:
        return SmtpTransport::Tls::Off;
    }
    Q_UNREACHABLE();
}

/// RFC 8314 and RFC 6409; in the clear that of a relay on this machine.
int usualPort(SmtpTls tls)
{
    switch (tls) {
    case SmtpTls::Starttls:
        return 587;
    case SmtpTls::Implicit:
        return 465;
    case SmtpTls::Off:
        return 25;
    }
    Q_UNREACHABLE();
}

std::unique_ptr<MailTransport> transportOf(const Settings &settings)
{
    if (settings.smtpHost.isEmpty())
        return std::make_unique<MaildirTransport>(settings.dataDir + QStringLiteral("/mail"));
    return std::make_unique<SmtpTransport>(SmtpTransport::Options{.host = settings.smtpHost,
                                                                  .port = settings.smtpPort != 0 ? settings.smtpPort : usualPort(settings.smtpTls),
                                                                  .tls = tlsOf(settings.smtpTls),
                                                                  .user = settings.smtpUser,
                                                                  .password = settings.smtpPassword,
                                                                  .caFile = settings.smtpCaFile,
                                                                  .timeout = settings.mailSendTimeout});
}

} // namespace

Result<std::unique_ptr<MailLoops>> MailLoops::start(Services &services, const Settings &settings, const std::function<Instant()> &clock)
{
    const auto from = MailAddress::parse(settings.mailFrom);
    if (!from)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("MAIL_FROM is no address"));
    TRY(MailTemplates templates, MailTemplates::load());
    std::unique_ptr<MailLoops> loops(new MailLoops(services, settings, clock, *from, std::move(templates)));
    loops->m_requestLoop.startInBackground();
    loops->m_sendLoop.startInBackground(); // a mail server that hangs does not hold up the start
    return loops;
}

MailLoops::MailLoops(Services &services, const Settings &settings, const std::function<Instant()> &clock, MailAddress from, MailTemplates templates) :
    m_requests(services.database.session(), services.sealing, services.accountMails,
               {.most = settings.mailsPerAccount, .verifies = settings.emailVerification != EmailVerificationMode::Off, .clock = clock}),
    m_dispatcher(services.database.session(), services.mailOutbox, std::move(templates), transportOf(settings), services.metrics,
                 {.from = std::move(from),
                  .lease = settings.mailLease,
                  .retryFirst = settings.mailRetryFirst,
                  .retryLongest = settings.mailRetryLongest,
                  .clock = clock}),
    m_requestLoop({.name = "mail-requests", .pause = settings.mailPoll, .step = [this] { return m_requests.step(); }}),
    m_sendLoop({.name = "mail", .pause = settings.mailPoll, .step = [this] { return m_dispatcher.step(); }})
{
}

MailLoops::~MailLoops()
{
    m_dispatcher.stop();
}

} // namespace aegis
