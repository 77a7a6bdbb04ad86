#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>
#include <QtCore/QJsonObject>

#include <memory>
#include <optional>

namespace aegis {

/// How a key signs. A key has one algorithm for its whole life; a token never chooses it.
enum class SigningAlgorithm {
    Es256, ///< ECDSA on P-256 with SHA-256, raw 64-byte signatures (RFC 7518, 3.4)
    Hs256, ///< HMAC-SHA-256 with a shared secret (RFC 7518, 3.2)
    EdDsa, ///< Ed25519 (RFC 8037)
    Rs256, ///< RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, 3.3), for services that know nothing newer
};

/// The algorithm's name on the wire (`alg`): `ES256`, `HS256`, `EdDSA`, `RS256`.
QByteArrayView algorithmName(SigningAlgorithm algorithm);
std::optional<SigningAlgorithm> algorithmFromName(QByteArrayView name);

/// A key that signs or, when only its public half is known, verifies. Cheap to copy; all of it may be used from any
/// thread at the same time.
class SigningKey {
public:
    /// A new key (HS256: 32 random bytes).
    static Result<SigningKey> generate(SigningAlgorithm algorithm);
    /// What exportPrivate() gave: PKCS#8 in DER, or for HS256 the secret itself, at least 32 bytes. Fails with `internal`.
    static Result<SigningKey> fromPrivate(SigningAlgorithm algorithm, const Secret &bytes);
    /// A key to verify with (RFC 7517). Refuses a `use` or `key_ops` that is not for signatures and a curve or type that
    /// is not known here; keeps the document's `kid`, else makes it. Fails with `internal`.
    static Result<SigningKey> fromJwk(const QJsonObject &jwk);

    SigningAlgorithm algorithm() const;
    bool canSign() const;
    /// Names the key in a token's header: the RFC 7638 thumbprint. For HS256 a MAC of a fixed text under the key, because a
    /// plain hash of a shared secret must not be published.
    const QByteArray &kid() const;
    /// Private part, to be sealed before it is stored. Fails with `internal` for a public key.
    Result<Secret> exportPrivate() const;
    /// `kty, crv, x, y` (RSA: `n, e`), `kid, use, alg` for the key set document; nothing for HS256, which has no public half.
    std::optional<QJsonObject> publicJwk() const;

    /// The signature as in JWS (RFC 7515): for ES256 r and s in 32 bytes each. Fails with `internal`.
    Result<QByteArray> sign(QByteArrayView message) const;
    bool verify(QByteArrayView message, QByteArrayView signature) const;

    /// How one algorithm signs; its implementations are private to their files.
    class Engine;

private:
    explicit SigningKey(std::shared_ptr<const Engine> engine, QByteArray kid) : m_engine(std::move(engine)), m_kid(std::move(kid)) {}

    std::shared_ptr<const Engine> m_engine;
    QByteArray m_kid;
};

/// RFC 7638: base64url of the SHA-256 of the key's required members, for kty EC, OKP, RSA and oct. Nothing if one is missing.
std::optional<QByteArray> jwkThumbprint(const QJsonObject &jwk);

} // namespace aegis
