#pragma once

#include "server/crypto/JwtSigner.h"
#include "server/crypto/JwtVerifier.h"
#include "shared/ids/Id.h"
#include "shared/result/Result.h"
#include "shared/time/Instant.h"

namespace aegis {

/// What a login that waits for its second factor is known by.
struct MfaChallengeFacts {
    UserId user;
    TokenId challenge;   ///< its row
    Instant issuedAt{};  ///< whole seconds count
    Instant expiresAt{}; ///< whole seconds count
};

/// Makes the tokens of such logins and reads them again: JWT under the secret of the refresh tokens, of a `typ` of their own
/// (`mfa+jwt`), so that none of the three kinds passes for another and a forged one is refused before the database is asked.
/// Any thread.
class MfaTokens {
public:
    static Result<MfaTokens> make(const Secret &secret, QString issuer);

    Result<Secret> token(const MfaChallengeFacts &facts) const;
    /// The facts of a token of ours that has not expired; `invalid_mfa_token` else.
    Result<MfaChallengeFacts> read(const Secret &token, Instant now) const;

private:
    MfaTokens(const SigningKey &key, QString issuer);

    JwtSigner m_signer;
    JwtVerifier m_verifier;
    QString m_issuer;
};

} // namespace aegis
