#include "server/auth/EmailToken.h"

#include "server/crypto/OwnedToken.h"
#include "server/db/RowJson.h"

namespace aegis {

Result<EmailToken> EmailToken::make(const UserId &user)
{
    TRY(OwnedToken token, OwnedToken::make(user.uuid()));
    return EmailToken{.user = user, .text = std::move(token.text), .hash = std::move(token.hash)};
}

std::optional<EmailToken> EmailToken::parse(const Secret &text)
{
    auto token = OwnedToken::parse(text);
    return token ? std::optional(EmailToken{.user = UserId(token->owner), .text = std::move(token->text), .hash = std::move(token->hash)})
                 : std::nullopt;
}

QJsonObject EmailToken::row(Kind kind, const QString &email, Instant now, Instant expiresAt) const
{
    return {
        {QStringLiteral("user_id"), rowjson::id(user)},
        {QStringLiteral("token_hash"), rowjson::bytes(hash)},
        {QStringLiteral("kind"), QString(emailTokenKindName(kind))},
        {QStringLiteral("email"), email},
        {QStringLiteral("created_at"), rowjson::time(now)},
        {QStringLiteral("expires_at"), rowjson::time(expiresAt)},
    };
}

QLatin1String emailTokenKindName(EmailToken::Kind kind)
{
    switch (kind) {
    case EmailToken::Kind::PasswordReset:
        return QLatin1String("password_reset");
    case EmailToken::Kind::EmailVerification:
        return QLatin1String("email_verification");
    }
    return {};
}

} // namespace aegis
