#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

namespace aegis {

enum class PasswordPolicyKind {
    Composition, ///< at least 8 code points, with an upper-case letter, a lower-case letter and a digit
    Nist,        ///< at least 15 code points, no composition (NIST SP 800-63B)
};

/// Whom the password is for: it must not be made of these.
struct PasswordIdentity {
    QString email;
    QString organizationName; ///< may be empty
};

/// Which new passwords are good enough. Old ones are never judged. Any thread.
class PasswordPolicy {
public:
    /// `minimumScore`: zxcvbn's, 0 (anything goes) to 4.
    explicit PasswordPolicy(PasswordPolicyKind kind, int minimumScore = 2) : m_kind(kind), m_minimumScore(minimumScore) {}

    /// `password_policy` with a FieldError for each rule that is broken, field `password`: `password_invalid` (not UTF-8),
    /// `password_too_short`, `password_too_long`, `password_needs_upper`, `password_needs_lower`, `password_needs_digit`,
    /// `password_too_common`, `password_contains_identity`, and if nothing else `password_too_weak`.
    /// Takes 20 microseconds for an ordinary password and up to a millisecond for one that is made to be slow.
    Result<void> check(const Secret &password, const PasswordIdentity &identity) const;

    PasswordPolicyKind kind() const { return m_kind; }
    int minimumLength() const { return m_kind == PasswordPolicyKind::Nist ? 15 : 8; }
    static constexpr int maximumLength = 256;

private:
    PasswordPolicyKind m_kind;
    int m_minimumScore;
};

} // namespace aegis
