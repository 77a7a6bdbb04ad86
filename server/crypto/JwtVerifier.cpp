#include "server/crypto/JwtVerifier.h"

#include "server/crypto/Base64.h"
#include "server/crypto/Jws.h"
#include "server/crypto/JwtHeader.h"

namespace aegis {
namespace {

Problem invalid(const char *why)
{
    return Problem(ProblemCode::InvalidToken).withInternal(QString::fromLatin1(why));
}

/// RFC 7515, 4.1.9: `application/` may be written or left out, and letters have no case.
bool isType(QByteArray type, const QByteArray &expected)
{
    type = type.toLower();
    if (type.startsWith("application/"))
        type.remove(0, 12);
    return type == expected;
}

} // namespace

JwtVerifier::JwtVerifier(std::vector<SigningKey> keys, QByteArrayView type) : m_keys(std::move(keys)), m_type(type.toByteArray().toLower())
{
    for (const SigningKey &key : m_keys)
        m_headers.push_back(jwtHeader(key, type));
}

Result<QByteArray> JwtVerifier::verify(QByteArrayView token) const
{
    TRY(const Jws jws, Jws::parse(token));
    const SigningKey *key = nullptr;
    for (std::size_t i = 0; i < m_keys.size(); ++i) {
        if (jws.encodedHeader == m_headers[i])
            key = &m_keys[i];
    }
    if (key == nullptr) {
        TRY(const JwsHeader header, JwsHeader::parse(jws.encodedHeader));
        if (!isType(header.type, m_type))
            return invalid("the token is of another type");
        for (const SigningKey &candidate : m_keys) {
            if (candidate.kid() == header.keyId && algorithmName(candidate.algorithm()) == QByteArrayView(header.algorithm))
                key = &candidate;
        }
        if (key == nullptr)
            return invalid("no key has the token's name and algorithm");
    }
    auto payload = base64UrlDecode(jws.encodedPayload);
    if (!payload)
        return invalid("the payload is no base64url");
    if (!key->verify(jws.signingInput, jws.signature))
        return invalid("the signature is wrong");
    return *std::move(payload);
}

} // namespace aegis
