#include "server/mail/MailKind.h"

#include <array>

namespace aegis {
namespace {

constexpr std::array kinds{MailKind::PasswordReset,       MailKind::PasswordChanged, MailKind::EmailVerification, MailKind::AccountLocked,
                           MailKind::PasswordResetForced, MailKind::MfaReset,        MailKind::Invitation};

} // namespace

QLatin1String mailKindName(MailKind kind)
{
    switch (kind) {
    case MailKind::PasswordReset:
        return QLatin1String("password_reset");
    case MailKind::PasswordChanged:
        return QLatin1String("password_changed");
    case MailKind::EmailVerification:
        return QLatin1String("email_verification");
    case MailKind::AccountLocked:
        return QLatin1String("account_locked");
    case MailKind::PasswordResetForced:
        return QLatin1String("password_reset_forced");
    case MailKind::MfaReset:
        return QLatin1String("mfa_reset");
    case MailKind::Invitation:
        return QLatin1String("invitation");
    }
    return {};
}

std::optional<MailKind> mailKindNamed(QLatin1String name)
{
    for (const MailKind kind : kinds) {
        if (mailKindName(kind) == name)
            return kind;
    }
    return std::nullopt;
}

std::span<const MailKind> allMailKinds()
{
    return kinds;
}

} // namespace aegis
