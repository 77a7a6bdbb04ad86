#include "server/crypto/Es256Engine.h"

#include "server/crypto/AsymmetricKeys.h"
#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"

#include <openssl/core_names.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace aegis {
namespace {

constexpr int coordinateSize = 32;
constexpr qsizetype signatureSize = 2 * coordinateSize;
constexpr std::size_t largestDer = 72; // a sequence of two integers of at most 33 bytes

QString coordinate(const EVP_PKEY *key, const char *parameter)
{
    BIGNUM *number = nullptr;
    if (EVP_PKEY_get_bn_param(key, parameter, &number) != 1)
        return {};
    const BigNumber owned(number);
    QByteArray bytes(coordinateSize, '\0');
    if (BN_bn2binpad(number, reinterpret_cast<unsigned char *>(bytes.data()), coordinateSize) != coordinateSize)
        return {};
    return QString::fromLatin1(base64Url(bytes));
}

using Bytes = std::span<const unsigned char>;
constexpr unsigned char derSequence = 0x30;
constexpr unsigned char derInteger = 0x02;

/// Takes an element of DER (X.690; those of a signature are shorter than 128 bytes) off the front: its content, or nothing if
/// it is of another kind or does not end.
std::optional<Bytes> takeElement(Bytes &from, unsigned char kind)
{
    if (from.size() < 2 || from[0] != kind || from[1] >= 0x80 || from[1] > from.size() - 2)
        return std::nullopt;
    const Bytes content = from.subspan(2, from[1]);
    from = from.subspan(2 + content.size());
    return content;
}

/// Takes a positive integer off the front and writes it in all the bytes that there are; false when it does not fit.
bool takeNumber(Bytes &from, std::span<unsigned char> out)
{
    std::optional<Bytes> number = takeElement(from, derInteger);
    while (number && !number->empty() && number->front() == 0)
        number = number->subspan(1);
    if (!number || number->size() > out.size())
        return false;
    const auto zeros = static_cast<std::ptrdiff_t>(out.size() - number->size());
    std::fill_n(out.begin(), zeros, static_cast<unsigned char>(0));
    std::copy(number->begin(), number->end(), out.begin() + zeros);
    return true;
}

} // namespace

EvpKeyContext Es256Engine::ContextsAtRest::take(EVP_PKEY *key, int (*prepare)(EVP_PKEY_CTX *))
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_contexts.empty()) {
            EvpKeyContext context = std::move(m_contexts.back());
            m_contexts.pop_back();
            return context;
        }
    }
    EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
    if (!context || prepare(context.get()) != 1)
        return nullptr;
    return context;
}

void Es256Engine::ContextsAtRest::give(EvpKeyContext context)
{
    const std::lock_guard lock(m_mutex);
    m_contexts.push_back(std::move(context));
}

Result<Secret> Es256Engine::exportPrivate() const
{
    return privateKeyToDer(m_key.get());
}

QJsonObject Es256Engine::publicMembers() const
{
    return {{QStringLiteral("kty"), QStringLiteral("EC")},
            {QStringLiteral("crv"), QStringLiteral("P-256")},
            {QStringLiteral("x"), coordinate(m_key.get(), OSSL_PKEY_PARAM_EC_PUB_X)},
            {QStringLiteral("y"), coordinate(m_key.get(), OSSL_PKEY_PARAM_EC_PUB_Y)}};
}

Result<QByteArray> Es256Engine::sign(QByteArrayView message) const
{
    const Sha256 digest = sha256Digest(message);
    EvpKeyContext context = m_signing.take(m_key.get(), EVP_PKEY_sign_init);
    std::array<unsigned char, largestDer> der{};
    std::size_t length = der.size();
    if (!context || EVP_PKEY_sign(context.get(), der.data(), &length, digest.data(), digest.size()) != 1)
        return unusableKey(QStringLiteral("OpenSSL did not sign"));
    m_signing.give(std::move(context));

    Bytes rest(der.data(), length);
    std::optional<Bytes> numbers = takeElement(rest, derSequence);
    QByteArray raw(signatureSize, Qt::Uninitialized);
    const std::span out(reinterpret_cast<unsigned char *>(raw.data()), signatureSize);
    if (!numbers || !takeNumber(*numbers, out.first(coordinateSize)) || !takeNumber(*numbers, out.last(coordinateSize)))
        return unusableKey(QStringLiteral("OpenSSL signed in an unknown form"));
    return raw;
}

bool Es256Engine::verify(QByteArrayView message, QByteArrayView signature) const
{
    if (signature.size() != signatureSize)
        return false;
    const auto *bytes = reinterpret_cast<const unsigned char *>(signature.data());
    const EcdsaSignature parts(ECDSA_SIG_new());
    BigNumber r(BN_bin2bn(bytes, coordinateSize, nullptr));
    BigNumber s(BN_bin2bn(bytes + coordinateSize, coordinateSize, nullptr));
    if (!parts || !r || !s || ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1)
        return false;
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    std::array<unsigned char, largestDer> der{};
    unsigned char *end = der.data();
    const int length = i2d_ECDSA_SIG(parts.get(), &end);
    if (length <= 0)
        return false;

    const Sha256 digest = sha256Digest(message);
    EvpKeyContext context = m_verifying.take(m_key.get(), EVP_PKEY_verify_init);
    if (!context)
        return false;
    const bool good = EVP_PKEY_verify(context.get(), der.data(), static_cast<std::size_t>(length), digest.data(), digest.size()) == 1;
    m_verifying.give(std::move(context));
    return good;
}

} // namespace aegis
