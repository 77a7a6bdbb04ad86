#include "server/crypto/Rs256Engine.h"

#include "server/crypto/AsymmetricKeys.h"
#include "server/crypto/Base64.h"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

namespace aegis {
namespace {

constexpr std::size_t generatedBits = 2048;
constexpr int leastBits = 2048;
constexpr int mostBits = 4096;

using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, OpenSslDeleter<OSSL_PARAM_BLD_free>>;
using ParameterList = std::unique_ptr<OSSL_PARAM, OpenSslDeleter<OSSL_PARAM_free>>;

const unsigned char *data(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

/// A number of the key as JWK has it: big-endian without leading zeros, in base64url. Empty when it is not there.
QString numberOf(const EVP_PKEY *key, const char *name)
{
    BIGNUM *read = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &read) != 1)
        return {};
    const BigNumber number(read);
    QByteArray bytes(BN_num_bytes(number.get()), '\0');
    BN_bn2bin(number.get(), reinterpret_cast<unsigned char *>(bytes.data()));
    return QString::fromLatin1(base64Url(bytes));
}

/// Null when the member is no number in that form.
BigNumber numberIn(const QJsonObject &jwk, const char *name)
{
    const auto bytes = base64UrlDecode(jwk.value(QLatin1String(name)).toString().toLatin1());
    if (!bytes || bytes->isEmpty() || bytes->size() > mostBits / 8 || bytes->front() == '\0')
        return nullptr;
    return BigNumber(BN_bin2bn(data(*bytes), static_cast<int>(bytes->size()), nullptr));
}

} // namespace

SigningEngine Rs256Engine::generate()
{
    EvpKey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", generatedBits));
    if (!key)
        return unusableKey(QStringLiteral("OpenSSL does not make one"));
    return std::shared_ptr<const SigningKey::Engine>(std::make_shared<Rs256Engine>(std::move(key), true));
}

SigningEngine Rs256Engine::fromJwk(const QJsonObject &jwk)
{
    const BigNumber modulus = numberIn(jwk, "n");
    const BigNumber exponent = numberIn(jwk, "e");
    // An exponent of 1 or an even one signs nothing; a long one only makes each check dear.
    if (!modulus || !exponent || BN_is_odd(modulus.get()) == 0 || BN_is_odd(exponent.get()) == 0 || BN_num_bits(exponent.get()) < 2
        || BN_num_bits(exponent.get()) > 64)
        return unusableKey(QStringLiteral("it is no RSA key"));
    const ParameterBuilder builder(OSSL_PARAM_BLD_new());
    if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) != 1
        || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) != 1)
        return unusableKey(QStringLiteral("OpenSSL has no memory for it"));
    const ParameterList parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
    EVP_PKEY *made = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1
        || EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return unusableKey(QStringLiteral("OpenSSL refuses it"));
    EvpKey key(made);
    if (!fits(key.get()))
        return unusableKey(QStringLiteral("its modulus does not have 2048 to 4096 bits"));
    return std::shared_ptr<const SigningKey::Engine>(std::make_shared<Rs256Engine>(std::move(key), false));
}

bool Rs256Engine::fits(const EVP_PKEY *key)
{
    const int bits = EVP_PKEY_get_bits(key);
    return EVP_PKEY_is_a(key, "RSA") == 1 && bits >= leastBits && bits <= mostBits;
}

Result<Secret> Rs256Engine::exportPrivate() const
{
    return privateKeyToDer(m_key.get());
}

QJsonObject Rs256Engine::publicMembers() const
{
    const QString modulus = numberOf(m_key.get(), OSSL_PKEY_PARAM_RSA_N);
    const QString exponent = numberOf(m_key.get(), OSSL_PKEY_PARAM_RSA_E);
    if (modulus.isEmpty() || exponent.isEmpty())
        return {};
    return {{QStringLiteral("kty"), QStringLiteral("RSA")}, {QStringLiteral("n"), modulus}, {QStringLiteral("e"), exponent}};
}

Result<QByteArray> Rs256Engine::sign(QByteArrayView message) const
{
    const EvpDigestContext context(EVP_MD_CTX_new());
    QByteArray signature(EVP_PKEY_get_size(m_key.get()), Qt::Uninitialized);
    auto length = static_cast<std::size_t>(signature.size());
    if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, m_key.get()) != 1
        || EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &length, data(message),
                          static_cast<std::size_t>(message.size()))
            != 1)
        return unusableKey(QStringLiteral("OpenSSL did not sign"));
    signature.truncate(static_cast<qsizetype>(length));
    return signature;
}

bool Rs256Engine::verify(QByteArrayView message, QByteArrayView signature) const
{
    const EvpDigestContext context(EVP_MD_CTX_new());
    return signature.size() == EVP_PKEY_get_size(m_key.get()) && context
        && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, m_key.get()) == 1
        && EVP_DigestVerify(context.get(), data(signature), static_cast<std::size_t>(signature.size()), data(message),
                            static_cast<std::size_t>(message.size()))
        == 1;
}

} // namespace aegis
