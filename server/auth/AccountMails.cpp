#include "server/auth/AccountMails.h"

#include <QtCore/QDateTime>
#include <QtCore/QTimeZone>

namespace aegis {
namespace {

/// The same in all languages.
QString minuteText(Instant time)
{
    return QDateTime::fromSecsSinceEpoch(toUnixSeconds(time), QTimeZone::utc()).toString(QStringLiteral("yyyy-MM-dd HH:mm"));
}

} // namespace

Result<AccountMails::WithToken> AccountMails::withToken(const RequestContext &context, EmailToken::Kind kind, const UserId &user,
                                                        const EmailAddress &email) const
{
    return mailWithToken(context, kind, kind == EmailToken::Kind::PasswordReset ? MailKind::PasswordReset : MailKind::EmailVerification, user, email);
}

Result<AccountMails::WithToken> AccountMails::passwordResetForced(const RequestContext &context, const UserId &user, const EmailAddress &email) const
{
    return mailWithToken(context, EmailToken::Kind::PasswordReset, MailKind::PasswordResetForced, user, email);
}

Result<AccountMails::WithToken> AccountMails::mailWithToken(const RequestContext &context, EmailToken::Kind kind, MailKind mailKind,
                                                            const UserId &user, const EmailAddress &email) const
{
    const bool isReset = kind == EmailToken::Kind::PasswordReset;
    const Instant expiresAt = context.now + (isReset ? m_options.resetLifetime : m_options.verificationLifetime);
    TRY(const EmailToken token, EmailToken::make(user));
    const QString page = isReset ? QStringLiteral("reset-password") : QStringLiteral("verify-email");
    const QString link = m_options.linkBase + QLatin1Char('/') + page + QStringLiteral("#token=") + QString::fromLatin1(token.text.reveal());
    TRY(QJsonObject mail,
        m_outbox.row(context,
                     {.kind = mailKind,
                      .to = email,
                      .values = {{QStringLiteral("link"), link},
                                 {QStringLiteral("time"), minuteText(context.now)},
                                 {QStringLiteral("until"), minuteText(expiresAt)}},
                      .expiresAt = expiresAt}));
    return WithToken{.token = token.row(kind, email.text(), context.now, expiresAt), .mail = std::move(mail), .expiresAt = expiresAt};
}

Result<QJsonObject> AccountMails::invitation(const RequestContext &context, const EmailAddress &email, const QString &slug, const Secret &token,
                                             Instant expiresAt) const
{
    const QString link = m_options.linkBase + QStringLiteral("/accept-invitation#token=") + QString::fromLatin1(token.reveal());
    return m_outbox.row(
        context,
        {.kind = MailKind::Invitation,
         .to = email,
         .values = {{QStringLiteral("link"), link}, {QStringLiteral("organization"), slug}, {QStringLiteral("until"), minuteText(expiresAt)}},
         .expiresAt = expiresAt});
}

Result<QJsonObject> AccountMails::mfaReset(const RequestContext &context, const EmailAddress &email) const
{
    return m_outbox.row(context,
                        {.kind = MailKind::MfaReset,
                         .to = email,
                         .values = {{QStringLiteral("time"), minuteText(context.now)}},
                         .expiresAt = m_outbox.expiry(context.now)});
}

Result<QJsonObject> AccountMails::passwordChanged(const RequestContext &context, const EmailAddress &email) const
{
    return m_outbox.row(
        context,
        {.kind = MailKind::PasswordChanged,
         .to = email,
         .values = {{QStringLiteral("time"), minuteText(context.now)}, {QStringLiteral("address"), context.client.address.toString()}},
         .expiresAt = m_outbox.expiry(context.now)});
}

Result<QJsonObject> AccountMails::accountLocked(const RequestContext &context, const EmailAddress &email, Instant until) const
{
    return m_outbox.row(context,
                        {.kind = MailKind::AccountLocked,
                         .to = email,
                         .values = {{QStringLiteral("time"), minuteText(context.now)},
                                    {QStringLiteral("until"), minuteText(until)},
                                    {QStringLiteral("address"), context.client.address.toString()}},
                         .expiresAt = m_outbox.expiry(context.now)});
}

} // namespace aegis
