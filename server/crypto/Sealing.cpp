#include "server/crypto/Sealing.h"

#include "server/crypto/Aes256Gcm.h"
#include "server/crypto/Random.h"

namespace aegis {
namespace {

constexpr char formatOne = 1;
constexpr qsizetype headSize = 2;
constexpr qsizetype nonceSize = 12;
constexpr qsizetype keySize = 32;

Problem refused(const char *why)
{
    return Problem(ProblemCode::Internal).withInternal(QString::fromLatin1(why));
}

/// The head has a fixed length, so it and the associated data cannot run into each other.
QByteArray authenticated(QByteArrayView head, QByteArrayView associatedData)
{
    return head.toByteArray() + associatedData.toByteArray();
}

} // namespace

Result<Sealing> Sealing::make(std::map<Version, Secret> keys)
{
    if (keys.empty())
        return refused("there is no key to seal with");
    for (const auto &[version, key] : keys) {
        if (key.size() != keySize)
            return refused("a key to seal with must have 32 bytes");
    }
    return Sealing(std::move(keys));
}

Result<QByteArray> Sealing::seal(const Secret &plain, QByteArrayView associatedData) const
{
    const auto &[version, key] = *m_keys.rbegin();
    const char head[headSize] = {formatOne, static_cast<char>(version)};
    const QByteArrayView headView(head, headSize);
    TRY(const QByteArray nonce, randomBytes(nonceSize));
    TRY(const QByteArray sealed, encryptAes256Gcm(key, nonce, plain.reveal(), authenticated(headView, associatedData)));
    return headView.toByteArray() + nonce + sealed;
}

Result<Secret> Sealing::open(QByteArrayView sealed, QByteArrayView associatedData) const
{
    if (sealed.size() < headSize + nonceSize || sealed[0] != formatOne)
        return refused("a sealed value has an unknown form");
    const auto found = m_keys.find(static_cast<Version>(sealed[1]));
    if (found == m_keys.end())
        return refused("the key of a sealed value is not there");
    return decryptAes256Gcm(found->second, sealed.sliced(headSize, nonceSize), sealed.sliced(headSize + nonceSize),
                            authenticated(sealed.first(headSize), associatedData));
}

bool Sealing::isOutdated(QByteArrayView sealed) const
{
    return sealed.size() < headSize || sealed[0] != formatOne || static_cast<Version>(sealed[1]) != m_keys.rbegin()->first;
}

} // namespace aegis
