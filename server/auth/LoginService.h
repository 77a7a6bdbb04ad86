#pragma once

#include "server/async/Task.h"
#include "server/auth/AccountStore.h"
#include "server/auth/LoginGuard.h"
#include "server/db/Database.h"
#include "server/passwords/PasswordHasher.h"
#include "server/sessions/SessionOpener.h"
#include "shared/dto/AuthResponse.h"
#include "shared/dto/LoginRequest.h"

namespace aegis {

/// Signs people in with e-mail and password. Who cannot be told apart is treated alike: an unknown address and an account
/// without a password cost the hash of a decoy and the event of a failure, as a wrong password does, and get the same answer. Any I/O thread.
class LoginService {
public:
    LoginService(Database &database, PasswordHasher &hasher, const SessionOpener &opener, const LoginGuard &guard, Secret emailFingerprintKey) :
        m_database(database), m_hasher(hasher), m_opener(opener), m_guard(guard), m_emailFingerprintKey(std::move(emailFingerprintKey))
    {
    }

    /// `invalid_credentials`; `rate_limited` after too many failures, before anything is looked at; `account_unavailable` for a right password of an account that is not active.
    Task<Result<AuthResponse>> login(const RequestContext &context, LoginRequest request) const;

private:
    /// A hash with the present parameters; empty when it cannot be made now, e.g. of a password that is too long for bcrypt.
    /// The right password opens a session nevertheless, and the old hash stays.
    Task<QByteArray> renewed(const RequestContext &context, const Account &account, const Secret &password) const;
    /// Nothing: the account has changed since it was found.
    Task<Result<std::optional<AuthResponse>>> open(const RequestContext &context, const Account &account, const QByteArray &newPasswordHash) const;
    /// Records the failure in the account's tenant, or the platform's, and gives the problem to answer with.
    /// No account: nobody has that address.
    Task<Problem> fail(const RequestContext &context, LoginAttempt &attempt, const Account *account, const QString &typedEmail, QLatin1String reason,
                       ProblemCode answer) const;

    Database &m_database;
    PasswordHasher &m_hasher;
    const SessionOpener &m_opener;
    const LoginGuard &m_guard;
    const Secret m_emailFingerprintKey;
};

} // namespace aegis
