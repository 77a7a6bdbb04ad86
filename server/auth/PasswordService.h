#pragma once

#include "server/async/Task.h"
#include "server/auth/AccountMails.h"
#include "server/auth/LoginGuard.h"
#include "server/auth/PasswordStore.h"
#include "server/db/Database.h"
#include "server/passwords/PasswordHasher.h"
#include "server/passwords/PasswordPolicy.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/TokenIssuer.h"
#include "shared/dto/PasswordChangeRequest.h"
#include "shared/dto/PasswordResetRequest.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis {

/// Gives people new passwords: who knows the old one, and who has the token of a mail. Any I/O thread.
class PasswordService {
public:
    PasswordService(Database &database, PasswordHasher &hasher, const PasswordPolicy &policy, const AccountMails &mails, const TokenIssuer &tokens,
                    RevocationList &revocations, const LoginGuard &guard) :
        m_database(database),
        m_hasher(hasher), m_policy(policy), m_mails(mails), m_tokens(tokens), m_revocations(revocations), m_guard(guard)
    {
    }

    /// Ends the other sessions of the person. A wrong present password is a failed login in all respects (`invalid_credentials`, and
    /// `rate_limited` after too many), or an access token that was stolen would let its thief guess. `password_policy`.
    Task<Result<NoContent>> change(const RequestContext &context, PasswordChangeRequest request) const;

    /// Ends every session and opens none; a second factor stays. `invalid_mail_token`; `password_policy`, which does not use the token up.
    Task<Result<NoContent>> reset(const RequestContext &context, PasswordResetRequest request) const;

private:
    /// A hash of the new password, if it is good enough for that account; the rules it breaks are said of `newPassword`.
    Task<Result<QByteArray>> hashNew(const RequestContext &context, const Account &account, Secret password) const;
    Task<Problem> failChange(const RequestContext &context, LoginAttempt &attempt, const Account &account, QLatin1String reason) const;
    void revokeSessions(const RequestContext &context, const std::vector<SessionId> &sessions, Instant until) const;

    Database &m_database;
    PasswordHasher &m_hasher;
    const PasswordPolicy &m_policy;
    const AccountMails &m_mails;
    const TokenIssuer &m_tokens;
    RevocationList &m_revocations;
    const LoginGuard &m_guard;
};

} // namespace aegis
