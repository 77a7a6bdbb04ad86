#include "server/sessions/RefreshTokens.h"

#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"
#include "shared/json/CanonicalJson.h"
#include "shared/json/FlatJson.h"

#include <algorithm>
#include <limits>

namespace aegis {
namespace {

constexpr QByteArrayView refreshTokenType = "rt+jwt";

Problem refused(const QString &why)
{
    return Problem(ProblemCode::InvalidRefreshToken).withInternal(why);
}

// Each reads the claim that the reader stands at; false when it is none of that kind.

template <class Tag> bool take(const FlatJson &claim, Id<Tag> &into)
{
    into = Id<Tag>::parse(claim.plainText()).value_or(Id<Tag>());
    return !into.isNil();
}

bool take(const FlatJson &claim, int &into)
{
    const auto number = claim.integer();
    const bool good = number && *number >= 1 && *number <= std::numeric_limits<int>::max();
    into = good ? static_cast<int>(*number) : 0;
    return good;
}

bool take(const FlatJson &claim, Instant &into)
{
    constexpr std::int64_t latest = 253402300799; // 9999-12-31T23:59:59Z
    const auto seconds = claim.integer();
    const bool good = seconds && *seconds >= 0 && *seconds <= latest;
    into = good ? fromUnixSeconds(*seconds) : Instant();
    return good;
}

/// `jti`: the nonce, a dot and the generation, which stands in `gen` too.
bool take(const FlatJson &claim, QByteArray &nonce)
{
    const QByteArrayView text = claim.plainText();
    const qsizetype dot = text.indexOf('.');
    auto bytes = base64UrlDecode(text.first(std::max<qsizetype>(dot, 0)));
    if (dot < 1 || !bytes)
        return false;
    nonce = *std::move(bytes);
    return true;
}

} // namespace

RefreshTokens::RefreshTokens(const SigningKey &key, QString issuer) :
    m_signer(key, refreshTokenType), m_verifier({key}, refreshTokenType), m_issuer(std::move(issuer)), m_quotedIssuer(CanonicalJson::quoted(m_issuer))
{
}

Result<RefreshTokens> RefreshTokens::make(const Secret &secret, QString issuer)
{
    TRY(const SigningKey key, SigningKey::fromPrivate(SigningAlgorithm::Hs256, secret));
    return RefreshTokens(key, std::move(issuer));
}

Result<Secret> RefreshTokens::token(const RefreshTokenFacts &facts) const
{
    CanonicalJson claims;
    claims.number("exp", toUnixSeconds(facts.expiresAt));
    claims.number("gen", facts.generation);
    claims.number("iat", toUnixSeconds(facts.issuedAt));
    claims.text("iss", m_issuer);
    claims.plain("jti", base64Url(facts.nonce) + '.' + QByteArray::number(facts.generation));
    if (!facts.organization.isNil())
        claims.uuid("org", facts.organization.uuid());
    claims.number("session_exp", toUnixSeconds(facts.sessionExpiresAt));
    claims.uuid("sid", facts.session.uuid());
    claims.uuid("sub", facts.user.uuid());
    return m_signer.sign(claims.take());
}

Result<RefreshTokenFacts> RefreshTokens::read(const Secret &token, Instant now, Expired expired) const
{
    const auto payload = m_verifier.verify(token.reveal());
    if (!payload)
        return refused(payload.problem().internal);
    FlatJson claims(*payload);
    RefreshTokenFacts facts;
    int found = 0; // of those that every token has; none stands twice
    while (claims.next()) {
        const QByteArrayView name = claims.name();
        bool good = false;
        if (name == "exp")
            good = take(claims, facts.expiresAt);
        else if (name == "gen")
            good = take(claims, facts.generation);
        else if (name == "iat")
            good = take(claims, facts.issuedAt);
        else if (name == "iss")
            good = claims.value() == m_quotedIssuer;
        else if (name == "jti")
            good = take(claims, facts.nonce);
        else if (name == "org")
            good = take(claims, facts.organization);
        else if (name == "session_exp")
            good = take(claims, facts.sessionExpiresAt);
        else if (name == "sid")
            good = take(claims, facts.session);
        else if (name == "sub")
            good = take(claims, facts.user);
        else
            continue; // of a newer version
        if (!good)
            return refused(QLatin1String(name.data(), name.size()) + QStringLiteral(" cannot be used"));
        found += name != "org";
    }
    if (!claims.isWhole() || found < 8)
        return refused(QStringLiteral("a claim is missing, or the claims have another form"));
    if (facts.expiresAt <= now && expired == Expired::Refused)
        return refused(QStringLiteral("expired"));
    return facts;
}

QByteArray RefreshTokens::hash(const Secret &token)
{
    return sha256(token.reveal());
}

} // namespace aegis
