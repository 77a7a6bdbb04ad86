#pragma once

#include "server/app/Services.h"
#include "server/auth/MailRequestJob.h"
#include "server/jobs/BackgroundLoop.h"
#include "server/mail/MailDispatcher.h"

namespace aegis {

/// The two threads that mail is done on: one writes the mails that were asked for by an address into the outbox, the other one
/// sends them, so that a mail server that hangs holds up nothing else.
class MailLoops {
public:
    /// The services must outlive it.
    static Result<std::unique_ptr<MailLoops>> start(Services &services, const Settings &settings, const std::function<Instant()> &clock);
    /// Breaks off what is being sent: it is sent again.
    ~MailLoops();
    MailLoops(const MailLoops &) = delete;
    MailLoops &operator=(const MailLoops &) = delete;

private:
    MailLoops(Services &services, const Settings &settings, const std::function<Instant()> &clock, MailAddress from, MailTemplates templates);

    MailRequestJob m_requests;
    MailDispatcher m_dispatcher;
    BackgroundLoop m_requestLoop;
    BackgroundLoop m_sendLoop;
};

} // namespace aegis
