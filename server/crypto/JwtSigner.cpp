#include "server/crypto/JwtSigner.h"

#include "server/crypto/Base64.h"
#include "server/crypto/JwtHeader.h"

#include <QtCore/QVarLengthArray>

#include <algorithm>

namespace aegis {

QByteArray jwtHeader(const SigningKey &key, QByteArrayView type)
{
    const QByteArray json = "{\"alg\":\"" + algorithmName(key.algorithm()).toByteArray() + "\",\"typ\":\"" + type.toByteArray() + "\",\"kid\":\""
        + key.kid() + "\"}";
    return base64Url(json);
}

JwtSigner::JwtSigner(SigningKey key, QByteArrayView type) : m_key(std::move(key)), m_headerAndDot(jwtHeader(m_key, type) + '.') {}

Result<Secret> JwtSigner::sign(QByteArrayView claims) const
{
    const qsizetype longestSignature = m_key.algorithm() == SigningAlgorithm::Rs256 ? 512 : 64;
    constexpr qsizetype usual = 1024; // a token that is no longer needs no memory but its own
    const qsizetype room = m_headerAndDot.size() + base64Size(claims.size()) + 1 + base64Size(longestSignature);
    QVarLengthArray<char, usual> token(room);
    char *out = std::copy(m_headerAndDot.begin(), m_headerAndDot.end(), token.data());
    out = base64EncodeTo(out, claims, Base64Alphabet::Url);
    TRY(const QByteArray signature, m_key.sign({token.data(), out - token.data()}));
    Q_ASSERT(signature.size() <= longestSignature);
    *out++ = '.';
    out = base64EncodeTo(out, signature, Base64Alphabet::Url);
    Secret secret{QByteArrayView(token.data(), out - token.data())};
    explicit_bzero(token.data(), static_cast<std::size_t>(token.size()));
    return secret;
}

} // namespace aegis
