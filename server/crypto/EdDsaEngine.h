#pragma once

#include "server/crypto/OpenSslPointers.h"
#include "server/crypto/SigningKeyEngine.h"

namespace aegis {

/// Ed25519 (RFC 8032, 8037).
class EdDsaEngine final : public SigningKey::Engine {
public:
    EdDsaEngine(EvpKey key, bool isPrivate) : m_key(std::move(key)), m_private(isPrivate) {}

    SigningAlgorithm algorithm() const override { return SigningAlgorithm::EdDsa; }
    bool canSign() const override { return m_private; }
    Result<Secret> exportPrivate() const override;
    QJsonObject publicMembers() const override;
    Result<QByteArray> sign(QByteArrayView message) const override;
    bool verify(QByteArrayView message, QByteArrayView signature) const override;

private:
    const EvpKey m_key;
    const bool m_private;
};

} // namespace aegis
