#pragma once

#include "server/async/Task.h"
#include "server/auth/AccountStore.h"
#include "server/auth/LoginGuard.h"
#include "server/auth/MfaLogin.h"
#include "server/auth/OrganizationActivation.h"
#include "server/db/Database.h"
#include "server/passwords/PasswordHasher.h"
#include "server/sessions/SessionOpener.h"
#include "shared/dto/LoginRequest.h"
#include "shared/dto/LoginResponse.h"

namespace aegis {

/// A right password of who asks. The attempt still counts until it is told, or given back with this.
struct ProvenPassword {
    Account account;
    LoginAttempt attempt;
};

/// Signs people in with e-mail and password. Who cannot be told apart is treated alike: an unknown address and an account
/// without a password cost the hash of a decoy and the event of a failure, as a wrong password does, and get the same answer. Any I/O thread.
class LoginService {
public:
    LoginService(Database &database, PasswordHasher &hasher, const SessionOpener &opener, const LoginGuard &guard,
                 const OrganizationActivation &activation, const MfaLogin &mfa) :
        m_database(database),
        m_hasher(hasher), m_opener(opener), m_guard(guard), m_activation(activation), m_mfa(mfa)
    {
    }

    /// `invalid_credentials`; `rate_limited` after too many failures, before anything is looked at; `account_unavailable` for a right
    /// password of an account that is not active.
    Task<Result<LoginResponse>> login(const RequestContext &context, LoginRequest request) const;

    /// Whether it is the password of who asks, for a session that goes on: counted, refused and recorded as at a login.
    Task<Result<ProvenPassword>> prove(const RequestContext &context, const Secret &password) const;

private:
    /// A hash with the present parameters; empty when it cannot be made now, e.g. of a password that is too long for bcrypt.
    /// The right password opens a session nevertheless, and the old hash stays.
    Task<QByteArray> renewed(const RequestContext &context, const Account &account, const Secret &password) const;
    /// A session, or the demand for the second factor. Nothing: the account has changed since it was found.
    Task<Result<std::optional<LoginResponse>>> open(const RequestContext &context, const Account &account, const QByteArray &newPasswordHash) const;
    /// Records the failure in the account's tenant, or the platform's, and gives the problem to answer with.
    /// No account: nobody has that address.
    Task<Problem> fail(const RequestContext &context, LoginAttempt &attempt, const Account *account, const QString &typedEmail, QLatin1String reason,
                       ProblemCode answer) const;

    Database &m_database;
    PasswordHasher &m_hasher;
    const SessionOpener &m_opener;
    const LoginGuard &m_guard;
    const OrganizationActivation &m_activation;
    const MfaLogin &m_mfa;
};

} // namespace aegis
