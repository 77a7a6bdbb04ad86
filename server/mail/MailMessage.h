#pragma once

#include "server/mail/MailAddress.h"
#include "server/mail/MailTemplates.h"
#include "shared/ids/Id.h"
#include "shared/time/Instant.h"

namespace aegis {

using MailId = Id<struct MailTag>;

/// A mail as it goes over the wire.
struct MailMessage {
    MailId id;
    MailAddress from;
    MailAddress to;
    Instant date{};
    QByteArray bytes; ///< RFC 5322 with CR LF, ASCII but for an address that is not

    /// Text and HTML in one `multipart/alternative` (RFC 2046). It says that no person wrote it (RFC 3834), so that no absence
    /// note comes back. Made from the same it is the same, `Message-ID` and all: whoever gets it twice can tell.
    static MailMessage compose(const MailId &id, const MailAddress &from, const MailAddress &to, Instant date, const QByteArray &language,
                               const MailText &text);
};

} // namespace aegis
