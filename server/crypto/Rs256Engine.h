#pragma once

#include "server/crypto/OpenSslPointers.h"
#include "server/crypto/SigningKeyEngine.h"

namespace aegis {

/// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, 3.3) and a modulus of 2048 to 4096 bits.
class Rs256Engine final : public SigningKey::Engine {
public:
    Rs256Engine(EvpKey key, bool isPrivate) : m_key(std::move(key)), m_private(isPrivate) {}

    SigningAlgorithm algorithm() const override { return SigningAlgorithm::Rs256; }
    bool canSign() const override { return m_private; }
    Result<Secret> exportPrivate() const override;
    QJsonObject publicMembers() const override;
    Result<QByteArray> sign(QByteArrayView message) const override;
    bool verify(QByteArrayView message, QByteArrayView signature) const override;

    /// A new key of 2048 bits: what RFC 7518 asks for at least, good for signatures beyond 2030 (NIST SP 800-57), and a key signs
    /// for months only. A longer one would make each token several times dearer, on the thread that answers.
    static SigningEngine generate();
    /// From `n` and `e` of a JWK (RFC 7518, 6.3.1).
    static SigningEngine fromJwk(const QJsonObject &jwk);
    /// Whether it is an RSA key of a length that is taken; a key that is only for PSS is none.
    static bool fits(const EVP_PKEY *key);

private:
    const EvpKey m_key;
    const bool m_private;
};

} // namespace aegis
