#include "server/crypto/AsymmetricKeys.h"

#include "server/crypto/Base64.h"
#include "server/crypto/EdDsaEngine.h"
#include "server/crypto/Es256Engine.h"
#include "server/crypto/Rs256Engine.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <array>
#include <cstring>

namespace aegis {
namespace {

constexpr char curveName[] = "prime256v1"; // OpenSSL's name of P-256
constexpr qsizetype coordinateSize = 32;

SigningEngine engineOf(SigningAlgorithm algorithm, EvpKey key, bool isPrivate)
{
    using Engine = std::shared_ptr<const SigningKey::Engine>;
    if (algorithm == SigningAlgorithm::EdDsa)
        return Engine(std::make_shared<EdDsaEngine>(std::move(key), isPrivate));
    if (algorithm == SigningAlgorithm::Rs256)
        return Engine(std::make_shared<Rs256Engine>(std::move(key), isPrivate));
    return Engine(std::make_shared<Es256Engine>(std::move(key), isPrivate));
}

/// Whether the key is of the kind that the algorithm signs with, and of no other.
bool isFor(SigningAlgorithm algorithm, const EVP_PKEY *key)
{
    if (algorithm == SigningAlgorithm::EdDsa)
        return EVP_PKEY_is_a(key, "ED25519") == 1;
    if (algorithm == SigningAlgorithm::Rs256)
        return Rs256Engine::fits(key);
    std::array<char, 32> group{};
    std::size_t length = 0;
    return algorithm == SigningAlgorithm::Es256 && EVP_PKEY_is_a(key, "EC") == 1
        && EVP_PKEY_get_group_name(key, group.data(), group.size(), &length) == 1 && std::strcmp(group.data(), curveName) == 0;
}

SigningEngine edDsaFromJwk(const QJsonObject &jwk)
{
    const auto x = base64UrlDecode(jwk.value(QLatin1String("x")).toString().toLatin1());
    if (jwk.value(QLatin1String("crv")) != QLatin1String("Ed25519") || !x || x->size() != 32)
        return unusableKey(QStringLiteral("it is no Ed25519 key"));
    EvpKey key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, reinterpret_cast<const unsigned char *>(x->constData()), 32));
    if (!key)
        return unusableKey(QStringLiteral("OpenSSL refuses it"));
    return engineOf(SigningAlgorithm::EdDsa, std::move(key), false);
}

SigningEngine es256FromJwk(const QJsonObject &jwk)
{
    const auto x = base64UrlDecode(jwk.value(QLatin1String("x")).toString().toLatin1());
    const auto y = base64UrlDecode(jwk.value(QLatin1String("y")).toString().toLatin1());
    if (jwk.value(QLatin1String("crv")) != QLatin1String("P-256") || !x || x->size() != coordinateSize || !y || y->size() != coordinateSize)
        return unusableKey(QStringLiteral("it is no P-256 key"));
    QByteArray point = '\x04' + *x + *y; // SEC 1, 2.3.3: uncompressed
    std::string group = curveName;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), static_cast<std::size_t>(point.size())),
        OSSL_PARAM_construct_end(),
    };
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY *made = nullptr;
    if (!context || EVP_PKEY_fromdata_init(context.get()) != 1
        || EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM *>(parameters)) != 1)
        return unusableKey(QStringLiteral("its point is not on the curve"));
    EvpKey key(made);
    const EvpKeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, made, nullptr));
    if (!check || EVP_PKEY_public_check(check.get()) != 1)
        return unusableKey(QStringLiteral("its point is not a public key"));
    return engineOf(SigningAlgorithm::Es256, std::move(key), false);
}

} // namespace

Result<Secret> privateKeyToDer(const EVP_PKEY *key)
{
    const Pkcs8 info(EVP_PKEY2PKCS8(key));
    unsigned char *der = nullptr;
    const int length = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der) : 0;
    if (length <= 0)
        return unusableKey(QStringLiteral("OpenSSL does not export it"));
    Secret secret(QByteArrayView(reinterpret_cast<const char *>(der), length));
    OPENSSL_clear_free(der, static_cast<std::size_t>(length));
    return secret;
}

SigningEngine generateAsymmetricEngine(SigningAlgorithm algorithm)
{
    if (algorithm == SigningAlgorithm::Rs256)
        return Rs256Engine::generate();
    EvpKey key(algorithm == SigningAlgorithm::EdDsa ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                                    : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curveName));
    if (!key)
        return unusableKey(QStringLiteral("OpenSSL does not make one"));
    return engineOf(algorithm, std::move(key), true);
}

SigningEngine asymmetricEngineFromDer(SigningAlgorithm algorithm, const Secret &pkcs8)
{
    const QByteArrayView bytes = pkcs8.reveal();
    const auto *at = reinterpret_cast<const unsigned char *>(bytes.data());
    const unsigned char *const end = at + bytes.size();
    const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(bytes.size())));
    EvpKey key(info && at == end ? EVP_PKCS82PKEY(info.get()) : nullptr);
    if (!key || !isFor(algorithm, key.get()))
        return unusableKey(QStringLiteral("it is no PKCS#8 key of this algorithm"));
    const EvpKeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (!check || EVP_PKEY_pairwise_check(check.get()) != 1)
        return unusableKey(QStringLiteral("its halves do not belong together"));
    return engineOf(algorithm, std::move(key), true);
}

SigningEngine asymmetricEngineFromJwk(const QJsonObject &jwk)
{
    const QJsonValue kty = jwk.value(QLatin1String("kty"));
    if (kty == QLatin1String("EC"))
        return es256FromJwk(jwk);
    if (kty == QLatin1String("OKP"))
        return edDsaFromJwk(jwk);
    if (kty == QLatin1String("RSA"))
        return Rs256Engine::fromJwk(jwk);
    return unusableKey(QStringLiteral("its type is not known here"));
}

} // namespace aegis
