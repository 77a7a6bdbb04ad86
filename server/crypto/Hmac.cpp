#include "server/crypto/Hmac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <cstring>
#include <memory>
#include <new>

namespace aegis {
namespace {

struct ContextDeleter {
    void operator()(EVP_MAC_CTX *context) const { EVP_MAC_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MAC_CTX, ContextDeleter>;

/// Looking the algorithms up by name costs more than the computation: a thread does it once.
Context makeContext(const char *name)
{
    static EVP_MAC *const hmac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    Context context(EVP_MAC_CTX_new(hmac));
    char digest[8] = {};
    std::strncpy(digest, name, sizeof(digest) - 1);
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_construct_end()};
    if (!context || EVP_MAC_CTX_set_params(context.get(), parameters) != 1)
        throw std::bad_alloc();
    return context;
}

template <class Digest> Digest computed(EVP_MAC_CTX *context, const Secret &key, QByteArrayView message)
{
    static const unsigned char nothing = 0; // OpenSSL takes a null key for "the same key as before"
    const QByteArrayView bytes = key.reveal();
    const auto *keyData = bytes.isEmpty() ? &nothing : reinterpret_cast<const unsigned char *>(bytes.data());
    Digest digest{};
    std::size_t length = 0;
    if (EVP_MAC_init(context, keyData, static_cast<std::size_t>(bytes.size()), nullptr) != 1
        || EVP_MAC_update(context, reinterpret_cast<const unsigned char *>(message.data()), static_cast<std::size_t>(message.size())) != 1
        || EVP_MAC_final(context, digest.data(), &length, digest.size()) != 1)
        throw std::bad_alloc(); // the only way in which it can fail
    return digest;
}

} // namespace

Sha256 hmacSha256Digest(const Secret &key, QByteArrayView message)
{
    static thread_local const Context context = makeContext("SHA256");
    return computed<Sha256>(context.get(), key, message);
}

Sha1 hmacSha1Digest(const Secret &key, QByteArrayView message)
{
    static thread_local const Context context = makeContext("SHA1");
    return computed<Sha1>(context.get(), key, message);
}

QByteArray hmacSha256(const Secret &key, QByteArrayView message)
{
    const Sha256 digest = hmacSha256Digest(key, message);
    return QByteArray(reinterpret_cast<const char *>(digest.data()), static_cast<qsizetype>(digest.size()));
}

} // namespace aegis
