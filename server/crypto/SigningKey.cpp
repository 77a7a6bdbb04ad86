#include "server/crypto/SigningKey.h"

#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"
#include "server/crypto/Random.h"
#include "server/crypto/SigningKeyEngine.h"

#include <QtCore/QJsonArray>

#include <array>

namespace aegis {
namespace {

struct AlgorithmName {
    SigningAlgorithm algorithm;
    QByteArrayView name;
};
constexpr std::array algorithmNames{
    AlgorithmName{SigningAlgorithm::Es256, "ES256"},
    AlgorithmName{SigningAlgorithm::Hs256, "HS256"},
    AlgorithmName{SigningAlgorithm::EdDsa, "EdDSA"},
    AlgorithmName{SigningAlgorithm::Rs256, "RS256"},
};

/// See SigningKey::kid().
QByteArray kidOf(const SigningKey::Engine &engine)
{
    const QJsonObject members = engine.publicMembers();
    if (const auto thumbprint = jwkThumbprint(members))
        return *thumbprint;
    const Result<QByteArray> mac = engine.sign("aegis: the name of this key");
    return mac ? base64Url(mac->first(16)) : QByteArray();
}

/// Whether the document allows the key for checking signatures (RFC 7517, 4.2 to 4.4).
bool isForSignatures(const QJsonObject &jwk, QByteArrayView algorithm)
{
    const QJsonValue use = jwk.value(QLatin1String("use"));
    if (!use.isUndefined() && use != QLatin1String("sig"))
        return false;
    const QJsonValue operations = jwk.value(QLatin1String("key_ops"));
    if (!operations.isUndefined() && !operations.toArray().contains(QLatin1String("verify")))
        return false;
    const QJsonValue wanted = jwk.value(QLatin1String("alg"));
    return wanted.isUndefined() || wanted == QLatin1String(algorithm.data(), algorithm.size());
}

SigningEngine engineFromJwk(const QJsonObject &jwk)
{
    if (jwk.value(QLatin1String("kty")) != QLatin1String("oct"))
        return asymmetricEngineFromJwk(jwk);
    const auto secret = base64UrlDecode(jwk.value(QLatin1String("k")).toString().toLatin1());
    if (!secret)
        return unusableKey(QStringLiteral("its `k` is not base64url"));
    return sharedSecretEngine(Secret(*secret));
}

} // namespace

Problem unusableKey(const QString &why)
{
    return Problem(ProblemCode::Internal).withInternal(QStringLiteral("the signing key cannot be used: ") + why);
}

QByteArrayView algorithmName(SigningAlgorithm algorithm)
{
    for (const AlgorithmName &known : algorithmNames) {
        if (known.algorithm == algorithm)
            return known.name;
    }
    return {};
}

std::optional<SigningAlgorithm> algorithmFromName(QByteArrayView name)
{
    for (const AlgorithmName &known : algorithmNames) {
        if (known.name == name)
            return known.algorithm;
    }
    return std::nullopt;
}

Result<SigningKey> SigningKey::generate(SigningAlgorithm algorithm)
{
    if (algorithm == SigningAlgorithm::Hs256) {
        TRY(const Secret secret, randomSecret(32));
        return fromPrivate(algorithm, secret);
    }
    TRY(auto engine, generateAsymmetricEngine(algorithm));
    QByteArray kid = kidOf(*engine);
    return SigningKey(std::move(engine), std::move(kid));
}

Result<SigningKey> SigningKey::fromPrivate(SigningAlgorithm algorithm, const Secret &bytes)
{
    TRY(auto engine, algorithm == SigningAlgorithm::Hs256 ? sharedSecretEngine(bytes) : asymmetricEngineFromDer(algorithm, bytes));
    QByteArray kid = kidOf(*engine);
    return SigningKey(std::move(engine), std::move(kid));
}

Result<SigningKey> SigningKey::fromJwk(const QJsonObject &jwk)
{
    TRY(auto engine, engineFromJwk(jwk));
    if (!isForSignatures(jwk, algorithmName(engine->algorithm())))
        return unusableKey(QStringLiteral("its document says that it is not for these signatures"));
    QByteArray kid = jwk.value(QLatin1String("kid")).toString().toUtf8();
    if (kid.isEmpty())
        kid = kidOf(*engine);
    return SigningKey(std::move(engine), std::move(kid));
}

SigningAlgorithm SigningKey::algorithm() const
{
    return m_engine->algorithm();
}

bool SigningKey::canSign() const
{
    return m_engine->canSign();
}

const QByteArray &SigningKey::kid() const
{
    return m_kid;
}

Result<Secret> SigningKey::exportPrivate() const
{
    if (!canSign())
        return unusableKey(QStringLiteral("only its public half is known"));
    return m_engine->exportPrivate();
}

std::optional<QJsonObject> SigningKey::publicJwk() const
{
    QJsonObject jwk = m_engine->publicMembers();
    if (jwk.isEmpty())
        return std::nullopt;
    const QByteArrayView name = algorithmName(algorithm());
    jwk.insert(QLatin1String("kid"), QString::fromUtf8(m_kid));
    jwk.insert(QLatin1String("use"), QLatin1String("sig"));
    jwk.insert(QLatin1String("alg"), QLatin1String(name.data(), name.size()));
    return jwk;
}

Result<QByteArray> SigningKey::sign(QByteArrayView message) const
{
    if (!canSign())
        return unusableKey(QStringLiteral("only its public half is known"));
    return m_engine->sign(message);
}

bool SigningKey::verify(QByteArrayView message, QByteArrayView signature) const
{
    return m_engine->verify(message, signature);
}

} // namespace aegis
