#include "server/auth/EmailToken.h"

#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"
#include "server/crypto/Random.h"
#include "server/db/RowJson.h"

namespace aegis {
namespace {

constexpr qsizetype idBytes = 16, randomCount = 32;

} // namespace

Result<EmailToken> EmailToken::make(const UserId &user)
{
    TRY(const Secret random, randomSecret(randomCount));
    const Secret text(base64Url(user.uuid().toRfc4122() + random.reveal().toByteArray()));
    return EmailToken{.user = user, .text = text, .hash = sha256(text.reveal())};
}

std::optional<EmailToken> EmailToken::parse(const Secret &text)
{
    const auto bytes = base64UrlDecode(text.reveal());
    if (!bytes || bytes->size() != idBytes + randomCount)
        return std::nullopt;
    const UserId user(QUuid::fromRfc4122(bytes->first(idBytes)));
    if (user.isNil())
        return std::nullopt;
    return EmailToken{.user = user, .text = text, .hash = sha256(text.reveal())};
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
