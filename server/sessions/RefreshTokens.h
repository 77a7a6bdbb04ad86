#pragma once

#include "server/context/RequestContext.h"
#include "server/crypto/JwtSigner.h"
#include "server/crypto/JwtVerifier.h"
#include "shared/ids/Id.h"
#include "shared/result/Result.h"

namespace aegis {

/// Everything that one refresh token is made of. The same facts always give the same token, so the current one can be
/// handed out again without being stored.
struct RefreshTokenFacts {
    UserId user;
    SessionId session;
    OrganizationId organization; ///< nil: in none
    int generation = 1;          ///< 1 for the first token of a session
    QByteArray nonce;            ///< 16 random bytes of the session
    Instant issuedAt{};          ///< whole seconds count
    Instant expiresAt{};         ///< whole seconds count
    Instant sessionExpiresAt{};  ///< when the session ends at the latest; whole seconds count

    /// Whose session it is: it owns the session's rows.
    Tenant tenant() const { return {.organization = organization, .user = user}; }
};

/// Makes refresh tokens and reads them again: JWT signed with a secret of their own (HS256), `typ` `rt+jwt`, so that
/// neither kind of token passes for the other and a forged one is refused before the database is asked. Any thread.
class RefreshTokens {
public:
    static Result<RefreshTokens> make(const Secret &secret, QString issuer);

    Result<Secret> token(const RefreshTokenFacts &facts) const;

    /// The facts of a token that we signed, in the form in which token() writes it and no other. One that has expired is
    /// `invalid_refresh_token`, unless that is allowed for.
    enum class Expired { Refused, Allowed };
    Result<RefreshTokenFacts> read(const Secret &token, Instant now, Expired expired = Expired::Refused) const;

    /// What the database keeps of a token.
    static QByteArray hash(const Secret &token);

private:
    RefreshTokens(const SigningKey &key, QString issuer);

    JwtSigner m_signer;
    JwtVerifier m_verifier;
    QString m_issuer;
    QByteArray m_quotedIssuer; ///< as it stands in the claims
};

} // namespace aegis
