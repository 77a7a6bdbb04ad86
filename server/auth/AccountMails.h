#pragma once

#include "server/auth/EmailToken.h"
#include "server/mail/MailOutbox.h"

namespace aegis {

/// The mails that accounts cause, as rows of the outbox, with their tokens. Immutable; any thread.
class AccountMails {
public:
    struct Options {
        QString linkBase; ///< where the application's pages are
        std::chrono::seconds resetLifetime{30 * 60};
        std::chrono::seconds verificationLifetime{24 * 3600};
    };

    AccountMails(const MailOutbox &outbox, Options options) : m_outbox(outbox), m_options(std::move(options)) {}

    /// A mail with a token, and the token's row: to be stored together.
    struct WithToken {
        QJsonObject token;
        QJsonObject mail;
        Instant expiresAt{};
    };
    Result<WithToken> withToken(const RequestContext &context, EmailToken::Kind kind, const UserId &user, const EmailAddress &email) const;

    /// Says that an administrator has taken the password away, and has the token with which another one is chosen.
    Result<WithToken> passwordResetForced(const RequestContext &context, const UserId &user, const EmailAddress &email) const;

    /// Invites somebody into an organization, of which the mail says the slug: nothing that anybody has typed stands in it.
    Result<QJsonObject> invitation(const RequestContext &context, const EmailAddress &email, const QString &slug, const Secret &token,
                                   Instant expiresAt) const;

    /// Says that an administrator has taken the second factor away.
    Result<QJsonObject> mfaReset(const RequestContext &context, const EmailAddress &email) const;

    /// Says that the password was changed, when, and from which address.
    Result<QJsonObject> passwordChanged(const RequestContext &context, const EmailAddress &email) const;

    /// Says that failed logins have locked the account, until when, and from which address the last one came.
    Result<QJsonObject> accountLocked(const RequestContext &context, const EmailAddress &email, Instant until) const;

private:
    Result<WithToken> mailWithToken(const RequestContext &context, EmailToken::Kind kind, MailKind mail, const UserId &user,
                                    const EmailAddress &email) const;

    const MailOutbox &m_outbox;
    const Options m_options;
};

} // namespace aegis
