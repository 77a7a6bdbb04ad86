#include "server/crypto/Aes256Gcm.h"

#include "server/crypto/OpenSslPointers.h"

#include <limits>

namespace aegis {
namespace {

constexpr qsizetype keySize = 32;
constexpr qsizetype nonceSize = 12;
constexpr int tagSize = 16;

Problem failed(const char *why)
{
    return Problem(ProblemCode::Internal).withInternal(QString::fromLatin1(why));
}

const unsigned char *data(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

int size(QByteArrayView bytes)
{
    return static_cast<int>(bytes.size());
}

const EVP_CIPHER *algorithm()
{
    static const EVP_CIPHER *const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    return fetched;
}

bool areUsable(const Secret &key, QByteArrayView nonce, QByteArrayView text, QByteArrayView associatedData)
{
    constexpr qsizetype most = std::numeric_limits<int>::max() / 2;
    return key.size() == keySize && nonce.size() == nonceSize && text.size() <= most && associatedData.size() <= most;
}

} // namespace

Result<QByteArray> encryptAes256Gcm(const Secret &key, QByteArrayView nonce, QByteArrayView plain, QByteArrayView associatedData)
{
    const EvpCipherContext context(EVP_CIPHER_CTX_new());
    if (!context || !areUsable(key, nonce, plain, associatedData))
        return failed("AES-GCM needs a key of 32 bytes and a nonce of 12");
    QByteArray out(plain.size() + tagSize, Qt::Uninitialized);
    auto *to = reinterpret_cast<unsigned char *>(out.data());
    int length = 0;
    bool good = EVP_EncryptInit_ex2(context.get(), algorithm(), data(key.reveal()), data(nonce), nullptr) == 1;
    good = good && (associatedData.isEmpty() || EVP_EncryptUpdate(context.get(), nullptr, &length, data(associatedData), size(associatedData)) == 1);
    good = good && (plain.isEmpty() || EVP_EncryptUpdate(context.get(), to, &length, data(plain), size(plain)) == 1);
    good = good && EVP_EncryptFinal_ex(context.get(), to + plain.size(), &length) == 1;
    good = good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tagSize, to + plain.size()) == 1;
    if (!good)
        return failed("AES-GCM failed");
    return out;
}

Result<Secret> decryptAes256Gcm(const Secret &key, QByteArrayView nonce, QByteArrayView cipherAndTag, QByteArrayView associatedData)
{
    const EvpCipherContext context(EVP_CIPHER_CTX_new());
    if (!context || !areUsable(key, nonce, cipherAndTag, associatedData) || cipherAndTag.size() < tagSize)
        return failed("AES-GCM needs a key of 32 bytes, a nonce of 12 and a tag of 16");
    const QByteArrayView cipher = cipherAndTag.chopped(tagSize);
    QByteArray tag = cipherAndTag.last(tagSize).toByteArray();
    QByteArray out(cipher.size() + tagSize, '\0'); // never empty, so that there is always somewhere to write
    auto *to = reinterpret_cast<unsigned char *>(out.data());
    int length = 0;
    bool good = EVP_DecryptInit_ex2(context.get(), algorithm(), data(key.reveal()), data(nonce), nullptr) == 1;
    good = good && (associatedData.isEmpty() || EVP_DecryptUpdate(context.get(), nullptr, &length, data(associatedData), size(associatedData)) == 1);
    good = good && (cipher.isEmpty() || EVP_DecryptUpdate(context.get(), to, &length, data(cipher), size(cipher)) == 1);
    good = good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tagSize, tag.data()) == 1;
    good = good && EVP_DecryptFinal_ex(context.get(), to + cipher.size(), &length) == 1;
    Secret plain(good ? QByteArrayView(out).first(cipher.size()) : QByteArrayView());
    explicit_bzero(to, static_cast<std::size_t>(out.size()));
    if (!good)
        return failed("a sealed value was changed or belongs to something else");
    return plain;
}

} // namespace aegis
