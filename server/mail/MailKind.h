#pragma once

#include <QtCore/QLatin1String>

#include <optional>
#include <span>

namespace aegis {

/// What a mail is for.
enum class MailKind { PasswordReset, PasswordChanged, EmailVerification, AccountLocked, PasswordResetForced, MfaReset, Invitation };

/// Stable, as stored and in the templates: `password_reset`.
QLatin1String mailKindName(MailKind kind);
std::optional<MailKind> mailKindNamed(QLatin1String name);
std::span<const MailKind> allMailKinds();

} // namespace aegis
