#include "server/crypto/JwtSigner.h"

#include "server/crypto/Base64.h"
#include "server/crypto/JwtHeader.h"

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
    QByteArray token = m_headerAndDot + base64Url(claims);
    TRY(const QByteArray signature, m_key.sign(token));
    token += '.' + base64Url(signature);
    Secret secret{QByteArrayView(token)};
    explicit_bzero(token.data(), static_cast<std::size_t>(token.size()));
    return secret;
}

} // namespace aegis
