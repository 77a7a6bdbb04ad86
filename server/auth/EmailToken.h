#pragma once

#include "shared/ids/Id.h"
#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QJsonObject>

#include <optional>

namespace aegis {

/// What is mailed to a person as proof of the address: an OwnedToken of the person.
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
