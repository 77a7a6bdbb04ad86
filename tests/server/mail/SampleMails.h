#pragma once

#include "server/mail/MailMessage.h"

namespace aegis::test {

/// A mail to that address, of now.
inline MailMessage mailTo(const QString &address, const QString &name = {})
{
    const Instant now = fromUnixSeconds(1'796'028'900); // Mon, 30 Nov 2026 08:55:00 UTC
    return MailMessage::compose(MailId::make(now), *MailAddress::parse(u"Analytical Engines <accounts@engines.example>"),
                                {*EmailAddress::parse(address), name}, now, "de",
                                {.subject = QStringLiteral("Neues Passwort für „Engines“ wählen"),
                                 .plain = QStringLiteral("Grüße\n.\n-- \nEngines = 请\n"),
                                 .html = QStringLiteral("<p>Grüße = \"请\"</p>\n")});
}

} // namespace aegis::test
