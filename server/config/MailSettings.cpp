#include "server/config/SettingRows.h"
#include "server/config/SettingText.h"
#include "server/mail/MailAddress.h"

namespace aegis {
namespace {

using namespace setting_rows;

bool readSmtpPassword(QByteArrayView value, Settings &into)
{
    if (value.size() > 1024 || value.contains('\0') || value.contains('\r') || value.contains('\n'))
        return false;
    into.smtpPassword = Secret(value);
    return true;
}

bool readSmtpHost(QByteArrayView value, Settings &into)
{
    const QString host = QString::fromLatin1(value);
    const bool isName = value.size() <= 253 && std::all_of(value.begin(), value.end(), [](char c) {
                            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
                        });
    if (!isName || (host.contains(u':') && QHostAddress(host).isNull()))
        return false;
    into.smtpHost = host;
    return true;
}

bool readMailFrom(QByteArrayView value, Settings &into)
{
    if (!value.isValidUtf8() || !MailAddress::parse(QString::fromUtf8(value)))
        return false;
    into.mailFrom = QString::fromUtf8(value);
    return true;
}

bool readLinkBase(QByteArrayView value, Settings &into)
{
    const auto base = setting_text::parseWebAddress(value);
    if (base)
        into.mailLinkBase = *base;
    return base.has_value();
}

Setting secretPassword()
{
    Setting made = row("SMTP_PASSWORD", "", QStringLiteral("text of 1 to 1024 bytes in one line"), "The password that belongs to SMTP_USER.",
                       readSmtpPassword);
    made.isSecret = true;
    return made;
}

} // namespace

SettingGroup mailSettings()
{
    return {
        QStringLiteral("Mail"),
        {described(row("SMTP_HOST", "", QStringLiteral("the name or address of a mail server"),
                       "The mail server that takes what this server sends. Without it each mail is a file in DATA_DIR/mail (a maildir), to be read "
                       "there or passed on by another program.",
                       readSmtpHost),
                   "none: mails are kept in DATA_DIR/mail"),
         described(count("SMTP_PORT", &Settings::smtpPort, "", 1, 65535, "The port of SMTP_HOST. The default is what submission uses (RFC 8314)."),
                   "587, 465 with SMTP_TLS=implicit, 25 with SMTP_TLS=off"),
         choice<SmtpTls>(
             "SMTP_TLS", &Settings::smtpTls, "starttls", {{"starttls", SmtpTls::Starttls}, {"implicit", SmtpTls::Implicit}, {"off", SmtpTls::Off}},
             "starttls: the connection is upgraded before anything is said, or nothing is sent. implicit: TLS from the first byte. off: in "
             "the clear, for a mail server on this machine only, because mails hold tokens that open accounts."),
         described(text("SMTP_USER", &Settings::smtpUser, "", "text of at most 512 printable characters",
                        "The account at SMTP_HOST, with SMTP_PASSWORD. Most servers that others use too ask for one."),
                   "none: no authentication"),
         described(secretPassword(), "none"),
         described(
             path("SMTP_CA_FILE", &Settings::smtpCaFile, "",
                  "Authorities (PEM) that the certificate of SMTP_HOST is checked with, for a mail server with a certificate of your own. It is "
                  "always checked."),
             "those of the system"),
         row("MAIL_FROM", "Aegis <aegis@localhost>", QStringLiteral("an address such as accounts@example.com, or Name <accounts@example.com>"),
             "The sender of all mails. Its name is what the texts call the product. With SMTP_HOST it must be set: others refuse mail from "
             "localhost.",
             readMailFrom),
         described(row("MAIL_LINK_BASE", "", QStringLiteral("an address such as https://app.example.com or https://example.com/account"),
                       "Where the pages of your application are that links in mails lead to: BASE/reset-password#token=... and "
                       "BASE/verify-email#token=... and BASE/accept-invitation#token=... . The token stands behind the #, so that it gets into no "
                       "log of a web server. http is for this "
                       "machine only.",
                       readLinkBase),
                   "JWT_ISSUER, or else http(s)://HOST:PORT"),
         duration("MAIL_POLL", &Settings::mailPoll, "1s", "10ms", "10m",
                  "How often it is looked whether there is mail to send: how long a mail waits at most before the first try."),
         duration("MAIL_SEND_TIMEOUT", &Settings::mailSendTimeout, "30s", "100ms", "10m",
                  "How long one mail may take to be handed over. A mail server that greets slowly against spam takes up to 20 seconds."),
         duration("MAIL_LEASE", &Settings::mailLease, "2m", "200ms", "1h",
                  "For how long a server that sends a mail keeps the others from it. When it dies meanwhile, the mail is sent again after that."),
         duration("MAIL_RETRY_FIRST", &Settings::mailRetryFirst, "30s", "10ms", "1h",
                  "How long after the first failure a mail is tried again; it doubles with each one. Greylisting wants a minute or two."),
         duration("MAIL_RETRY_LONGEST", &Settings::mailRetryLongest, "15m", "10ms", "1d", "The longest pause between two tries."),
         duration("MAIL_LIFETIME", &Settings::mailLifetime, "1d", "1m", "30d",
                  "How long it is tried to send a mail; one with a token no longer than the token is good."),
         count("MAILS_PER_ACCOUNT", &Settings::mailsPerAccount, "5", 1, 1000,
               "Mails with a token of one kind that one account gets in an hour, whoever asks for them: nobody's mailbox is to be flooded. Beyond "
               "that one more whenever no link works for half of its time any longer, at most each 5 minutes: nobody is to be kept from one either."),
         choice<EmailVerificationMode>(
             "EMAIL_VERIFICATION", &Settings::emailVerification, "off",
             {{"off", EmailVerificationMode::Off}, {"optional", EmailVerificationMode::Optional}, {"required", EmailVerificationMode::Required}},
             "off: no address is verified. optional: signup and register send a mail, and nothing but a second factor depends on it. required: also, "
             "the organization of "
             "a signup is pending until its owner's address is verified. off, because it needs a mail server."),
         duration("EMAIL_VERIFICATION_TTL", &Settings::emailVerificationTtl, "1d", "1m", "30d",
                  "How long the token of such a mail is good: people read their mail within a day."),
         duration("UNVERIFIED_RETENTION", &Settings::unverifiedRetention, "7d", "1h", "3650d",
                  "With EMAIL_VERIFICATION=required: when an organization whose owner's address was never verified is removed, and the account with "
                  "it, so that nobody keeps a name or an address that is not theirs."),
         duration("INVITATION_TTL", &Settings::invitationTtl, "3d", "1h", "30d",
                  "How long an invitation into an organization can be accepted: over a weekend. One that is sent again lasts as long anew."),
         count("INVITATIONS_PER_DAY", &Settings::invitationsPerDay, "200", 1, 100000,
               "Mails with invitations that an organization sends within 24 hours: enough for a company that moves in, and no way to fill the "
               "mailboxes of "
               "strangers."),
         count("INVITATIONS_PER_ADDRESS", &Settings::invitationsPerAddress, "5", 1, 1000,
               "Mails with invitations that one address gets within 24 hours, whichever organizations send them."),
         duration("PASSWORD_RESET_TTL", &Settings::passwordResetTtl, "30m", "1m", "1d",
                  "How long the token for a new password is good. Short, because whoever reads the mail can use it.")}};
}

} // namespace aegis
