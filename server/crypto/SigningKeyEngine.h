#pragma once

#include "server/crypto/SigningKey.h"

namespace aegis {

/// How one algorithm signs and verifies with one key. Immutable to the outside; any thread.
class SigningKey::Engine {
public:
    Engine() = default;
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;
    virtual ~Engine() = default;

    virtual SigningAlgorithm algorithm() const = 0;
    virtual bool canSign() const = 0;
    /// PKCS#8 in DER, or the shared secret; empty when there is none.
    virtual Result<Secret> exportPrivate() const = 0;
    /// The members that make the key (`kty, crv, x, y`); empty when nothing of it may be shown.
    virtual QJsonObject publicMembers() const = 0;
    virtual Result<QByteArray> sign(QByteArrayView message) const = 0;
    virtual bool verify(QByteArrayView message, QByteArrayView signature) const = 0;
};

using SigningEngine = Result<std::shared_ptr<const SigningKey::Engine>>;

/// ES256, EdDSA and RS256; null when there is no such key.
SigningEngine generateAsymmetricEngine(SigningAlgorithm algorithm);
SigningEngine asymmetricEngineFromDer(SigningAlgorithm algorithm, const Secret &pkcs8);
SigningEngine asymmetricEngineFromJwk(const QJsonObject &jwk);

/// HS256.
SigningEngine sharedSecretEngine(const Secret &secret);

/// What all of them say when a key cannot be used; for the log.
Problem unusableKey(const QString &why);

} // namespace aegis
