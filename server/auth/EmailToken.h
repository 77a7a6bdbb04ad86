#pragma once

#include "shared/ids/Id.h"
#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QJsonObject>

#include <optional>

namespace aegis {

/// What is mailed to a person as proof of the address: 256 random bits, after the person's id. The id tells the transaction
/// whose rows it may see, so a token needs no look past row-level security; it says nothing that the person may not know. The
/// database keeps the SHA-256 of the whole.
struct EmailToken {
    enum class Kind { PasswordReset, EmailVerification };

    UserId user;
    Secret text; ///< 64 characters of base64url
    QByteArray hash;

    static Result<EmailToken> make(const UserId &user);
    /// Nothing for what cannot be one.
    static std::optional<EmailToken> parse(const Secret &text);

    /// The row for the SQL function `add_email_token`.
    QJsonObject row(Kind kind, const QString &email, Instant now, Instant expiresAt) const;
};

/// As stored.
QLatin1String emailTokenKindName(EmailToken::Kind kind);

} // namespace aegis
