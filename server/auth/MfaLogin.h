#pragma once

#include "server/auth/AccountStore.h"
#include "server/auth/LoginGuard.h"
#include "server/auth/OrganizationActivation.h"
#include "server/mfa/MfaTokens.h"
#include "server/mfa/SecondFactor.h"
#include "server/sessions/SessionOpener.h"
#include "shared/dto/LoginResponse.h"
#include "shared/dto/Mfa.h"

namespace aegis {

/// The login of who has a second factor, in two halves: the password was right, and then the code. Between them there is a row of
/// `mfa_challenge` and a token that names it. Any I/O thread.
class MfaLogin {
public:
    MfaLogin(Database &database, const SessionOpener &opener, const LoginGuard &guard, const OrganizationActivation &activation,
             const SecondFactor &factor, MfaTokens tokens, std::chrono::seconds lifetime) :
        m_database(database),
        m_opener(opener), m_guard(guard), m_activation(activation), m_factor(factor), m_tokens(std::move(tokens)), m_lifetime(lifetime)
    {
    }

    /// For who has shown the password of the account: what to answer instead of tokens. Nothing: the account has changed since it
    /// was found. The context's tenant names the person. An empty hash: the stored one stays.
    Task<Result<std::optional<MfaRequiredResponse>>> begin(const RequestContext &context, const Account &account,
                                                           const QByteArray &newPasswordHash) const;

    /// `invalid_mfa_token` for a token that is another person's, unknown, expired or used; `invalid_mfa_code`, `mfa_paused`.
    Task<Result<AuthResponse>> complete(const RequestContext &context, MfaChallengeRequest request) const;

private:
    struct Opened {
        MfaStore::LoginOutcome outcome = MfaStore::LoginOutcome::Invalid;
        std::optional<AuthResponse> response;
    };
    Task<Result<Account>> find(const RequestContext &context, const UserId &user) const;
    Task<Result<Opened>> open(const RequestContext &context, const Account &known, const TokenId &challenge, const SecondFactorProof &proof) const;

    Database &m_database;
    const SessionOpener &m_opener;
    const LoginGuard &m_guard;
    const OrganizationActivation &m_activation;
    const SecondFactor &m_factor;
    const MfaTokens m_tokens;
    const std::chrono::seconds m_lifetime;
};

} // namespace aegis
