#pragma once

#include "server/mail/MailMessage.h"

namespace aegis {

/// What became of a mail that was handed over.
struct MailOutcome {
    enum class Kind {
        Sent,
        Failed,  ///< not now: the server is away, busy, or does not take mails from us
        Refused, ///< never: the addressee, or this mail, is not taken
    };
    Kind kind = Kind::Sent;
    QString reason; ///< for the log; it holds no address and nothing of the mail

    static MailOutcome sent() { return {}; }
    static MailOutcome failed(QString why) { return {Kind::Failed, std::move(why)}; }
    static MailOutcome refused(QString why) { return {Kind::Refused, std::move(why)}; }
};

/// Where mails go. It is used by one thread; stop() by any.
class MailTransport {
public:
    MailTransport() = default;
    MailTransport(const MailTransport &) = delete;
    MailTransport &operator=(const MailTransport &) = delete;
    virtual ~MailTransport() = default;

    /// Blocks until the mail was taken for good, or was not. The same mail may come again.
    virtual MailOutcome send(const MailMessage &mail) = 0;
    /// Ends a send() that is under way, soon, with Failed; and all that come.
    virtual void stop() = 0;
};

} // namespace aegis
