#include "server/crypto/EdDsaEngine.h"

#include "server/crypto/AsymmetricKeys.h"
#include "server/crypto/Base64.h"

namespace aegis {
namespace {

constexpr qsizetype publicKeySize = 32;
constexpr qsizetype signatureSize = 64;

const unsigned char *data(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

} // namespace

Result<Secret> EdDsaEngine::exportPrivate() const
{
    return privateKeyToDer(m_key.get());
}

QJsonObject EdDsaEngine::publicMembers() const
{
    QByteArray bytes(publicKeySize, '\0');
    std::size_t length = publicKeySize;
    if (EVP_PKEY_get_raw_public_key(m_key.get(), reinterpret_cast<unsigned char *>(bytes.data()), &length) != 1)
        return {};
    return {{QStringLiteral("kty"), QStringLiteral("OKP")},
            {QStringLiteral("crv"), QStringLiteral("Ed25519")},
            {QStringLiteral("x"), QString::fromLatin1(base64Url(bytes))}};
}

Result<QByteArray> EdDsaEngine::sign(QByteArrayView message) const
{
    const EvpDigestContext context(EVP_MD_CTX_new());
    QByteArray signature(signatureSize, Qt::Uninitialized);
    std::size_t length = signatureSize;
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, m_key.get()) != 1
        || EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &length, data(message),
                          static_cast<std::size_t>(message.size()))
            != 1)
        return unusableKey(QStringLiteral("OpenSSL did not sign"));
    return signature;
}

bool EdDsaEngine::verify(QByteArrayView message, QByteArrayView signature) const
{
    const EvpDigestContext context(EVP_MD_CTX_new());
    return signature.size() == signatureSize && context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, m_key.get()) == 1
        && EVP_DigestVerify(context.get(), data(signature), signatureSize, data(message), static_cast<std::size_t>(message.size())) == 1;
}

} // namespace aegis
