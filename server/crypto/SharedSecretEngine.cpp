#include "server/crypto/ConstantTime.h"
#include "server/crypto/Hmac.h"
#include "server/crypto/SigningKeyEngine.h"

namespace aegis {
namespace {

class SharedSecretEngine final : public SigningKey::Engine {
public:
    explicit SharedSecretEngine(Secret secret) : m_secret(std::move(secret)) {}

    SigningAlgorithm algorithm() const override { return SigningAlgorithm::Hs256; }
    bool canSign() const override { return true; }
    Result<Secret> exportPrivate() const override { return m_secret; }
    QJsonObject publicMembers() const override { return {}; }
    Result<QByteArray> sign(QByteArrayView message) const override { return hmacSha256(m_secret, message); }
    bool verify(QByteArrayView message, QByteArrayView signature) const override
    {
        const Sha256 expected = hmacSha256Digest(m_secret, message);
        return constantTimeEquals({reinterpret_cast<const char *>(expected.data()), static_cast<qsizetype>(expected.size())}, signature);
    }

private:
    const Secret m_secret;
};

} // namespace

SigningEngine sharedSecretEngine(const Secret &secret)
{
    if (secret.size() < 32) // RFC 7518, 3.2
        return unusableKey(QStringLiteral("a secret for HS256 must have at least 32 bytes"));
    return std::shared_ptr<const SigningKey::Engine>(std::make_shared<SharedSecretEngine>(secret));
}

} // namespace aegis
