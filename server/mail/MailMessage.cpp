#include "server/mail/MailMessage.h"

#include "server/mail/MailHeaderText.h"
#include "server/mail/QuotedPrintable.h"

#include <QtCore/QDateTime>
#include <QtCore/QTimeZone>
#include <QtCore/QLocale>

namespace aegis {
namespace {

/// RFC 5322, section 3.3.
QByteArray dateText(Instant date)
{
    const QDateTime utc = QDateTime::fromSecsSinceEpoch(toUnixSeconds(date), QTimeZone::utc());
    return QLocale::c().toString(utc, QStringLiteral("ddd, dd MMM yyyy HH:mm:ss")).toLatin1() + " +0000";
}

QByteArray part(const QByteArray &type, const QString &text)
{
    return "Content-Type: " + type + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quotedPrintable(text.toUtf8());
}

} // namespace

MailMessage MailMessage::compose(const MailId &id, const MailAddress &from, const MailAddress &to, Instant date, const QByteArray &language,
                                 const MailText &text)
{
    // Quoted-printable has no `=_`, so no text can hold the boundary (RFC 2045, section 6.7).
    const QByteArray boundary = "=_" + id.text();
    const QByteArray bytes = "Date: " + dateText(date) + "\r\nFrom: " + from.headerText() + "\r\nTo: " + to.headerText() + "\r\nMessage-ID: <"
        + id.text() + '@' + from.address.domain().toLatin1() + ">\r\nSubject: " + mailHeaderText(text.subject)
        + "\r\nAuto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\nContent-Language: " + language
        + "\r\nContent-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n--" + boundary + "\r\n" + part("text/plain", text.plain)
        + "--" + boundary + "\r\n" + part("text/html", text.html) + "--" + boundary + "--\r\n";
    return {.id = id, .from = from, .to = to, .date = date, .bytes = bytes};
}

} // namespace aegis
