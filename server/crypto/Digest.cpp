#include "server/crypto/Digest.h"

#include <openssl/evp.h>

#include <memory>
#include <new>

namespace aegis {
namespace {

/// OpenSSL looks an algorithm up by name at each one-shot call, which costs more than hashing a token does.
const EVP_MD *algorithm()
{
    static const EVP_MD *const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched;
}

struct ContextDeleter {
    void operator()(EVP_MD_CTX *context) const { EVP_MD_CTX_free(context); }
};

} // namespace

Sha256 sha256Digest(QByteArrayView bytes)
{
    static thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
    Sha256 digest{};
    if (EVP_DigestInit_ex2(context.get(), algorithm(), nullptr) != 1
        || EVP_DigestUpdate(context.get(), bytes.data(), static_cast<std::size_t>(bytes.size())) != 1
        || EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1)
        throw std::bad_alloc(); // the only way in which hashing bytes in memory can fail
    return digest;
}

QByteArray sha256(QByteArrayView bytes)
{
    const Sha256 digest = sha256Digest(bytes);
    return QByteArray(reinterpret_cast<const char *>(digest.data()), static_cast<qsizetype>(digest.size()));
}

} // namespace aegis
