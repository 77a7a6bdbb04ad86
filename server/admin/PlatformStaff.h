#pragma once

#include "server/admin/PlatformStaffStore.h"
#include "server/db/DatabaseSession.h"
#include "shared/text/EmailAddress.h"
#include "shared/text/Secret.h"

namespace aegis {

/// Gives and takes roles of the platform, for the operator's commands. The problems' details are sentences. Blocks; one thread.
class PlatformStaff {
public:
    /// The session outlives it.
    explicit PlatformStaff(DatabaseSession &session) : m_session(session) {}

    /// How long somebody who was made has for choosing a password.
    static constexpr std::chrono::hours setupLifetime{24};

    /// Makes an account with that role and answers the token with which its person chooses a password (`POST /auth/password/reset`): it works
    /// once, for setupLifetime. The address counts as verified. `email_taken`: an account that somebody has already is not given a role by
    /// this, for it may be another person's.
    Result<Secret> create(const EmailAddress &email, const QString &role, Instant now);
    /// Whether an account will do whose address nobody has shown to be theirs.
    enum class Unverified { Refused, Allowed };
    /// To who has an account. `not_found`; `conflict`: has it, or the account is not active; `email_not_verified`.
    Result<void> grant(const EmailAddress &email, const QString &role, Unverified unverified, Instant now);
    /// `not_found`; `conflict`: nobody would be left who administers the platform.
    Result<void> revoke(const EmailAddress &email, const QString &role, Instant now);
    Result<std::vector<PlatformStaffStore::Member>> list(Instant now);

private:
    DatabaseSession &m_session;
};

} // namespace aegis
