#pragma once

#include "server/context/RequestContext.h"
#include "server/crypto/Sealing.h"
#include "server/mail/MailMessage.h"

#include <QtCore/QJsonObject>

namespace aegis {

/// A mail that is to be sent.
struct MailDraft {
    MailKind kind;
    EmailAddress to;
    MailValues values;   ///< for its text, `product` left out
    Instant expiresAt{}; ///< after that nobody wants it any more
};

/// What lies sealed in the outbox.
struct MailContent {
    EmailAddress to;
    MailValues values;
};

/// Makes the rows of the table `mail_outbox`. Whatever causes a mail stores its row in its own transaction, with the SQL
/// function `enqueue_mail`: then it is sent, once that is committed, and no request waits for it. Immutable; any thread.
class MailOutbox {
public:
    /// `lifetime`: for how long it is tried to send a mail without an end of its own.
    MailOutbox(const Sealing &sealing, std::chrono::seconds lifetime) : m_sealing(sealing), m_lifetime(lifetime) {}

    /// The row, of the tenant of the context, in the language that the request asks for.
    Result<QJsonObject> row(const RequestContext &context, const MailDraft &draft) const;

    /// What the row with that id was made of; `internal` when it was sealed for another or its key is not there.
    Result<MailContent> open(const MailId &id, QByteArrayView sealed) const;

    Instant expiry(Instant now) const { return now + m_lifetime; }

private:
    const Sealing &m_sealing;
    const std::chrono::seconds m_lifetime;
};

} // namespace aegis
