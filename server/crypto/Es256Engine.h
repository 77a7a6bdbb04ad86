#pragma once

#include "server/crypto/OpenSslPointers.h"
#include "server/crypto/SigningKeyEngine.h"

#include <mutex>
#include <vector>

namespace aegis {

/// ECDSA on P-256 with SHA-256. Preparing a context at each call would cost a good part of a signature, so those at rest are kept.
class Es256Engine final : public SigningKey::Engine {
public:
    Es256Engine(EvpKey key, bool isPrivate) : m_key(std::move(key)), m_private(isPrivate) {}

    SigningAlgorithm algorithm() const override { return SigningAlgorithm::Es256; }
    bool canSign() const override { return m_private; }
    Result<Secret> exportPrivate() const override;
    QJsonObject publicMembers() const override;
    Result<QByteArray> sign(QByteArrayView message) const override;
    bool verify(QByteArrayView message, QByteArrayView signature) const override;

private:
    /// Contexts of one purpose that nobody uses at the moment: as many as there were threads at the same time.
    class ContextsAtRest {
    public:
        EvpKeyContext take(EVP_PKEY *key, int (*prepare)(EVP_PKEY_CTX *));
        void give(EvpKeyContext context);

    private:
        std::mutex m_mutex;
        std::vector<EvpKeyContext> m_contexts;
    };

    const EvpKey m_key;
    const bool m_private;
    mutable ContextsAtRest m_signing;
    mutable ContextsAtRest m_verifying;
};

} // namespace aegis
