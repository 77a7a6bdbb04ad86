#pragma once

#include "server/auth/LoginService.h"
#include "server/mfa/SecondFactor.h"
#include "server/sessions/TokenIssuer.h"
#include "shared/dto/Sessions.h"

namespace aegis {

/// Step-up: a person proves again who it is, in the session that it has. Any I/O thread.
class Reauthentication {
public:
    Reauthentication(Database &database, const LoginService &login, const SecondFactor &factor, const TokenIssuer &tokens) :
        m_database(database), m_login(login), m_factor(factor), m_tokens(tokens)
    {
    }

    /// A new access token with the present as `auth_time`; the session says the same from now on. `invalid_credentials` as at a
    /// login; for who has a second factor what SecondFactor::check() says; `invalid_token` when the session has ended meanwhile.
    Task<Result<ReauthenticateResponse>> reauthenticate(const RequestContext &context, ReauthenticateRequest request) const;

private:
    Database &m_database;
    const LoginService &m_login;
    const SecondFactor &m_factor;
    const TokenIssuer &m_tokens;
};

} // namespace aegis
