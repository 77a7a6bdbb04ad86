#include "server/crypto/Sealing.h"

#include "server/crypto/Aes256Gcm.h"
#include "server/crypto/Digest.h"
#include "server/crypto/Random.h"

#include <shared_mutex>
#include <vector>

namespace aegis {
namespace {

constexpr char formatOne = 1; ///< then a number, which no longer says anything, and the rest
constexpr char formatTwo = 2;
constexpr qsizetype headOfOne = 2;
constexpr qsizetype headOfTwo = 5;
constexpr qsizetype nonceSize = 12;
constexpr qsizetype keySize = 32;

Problem refused(const char *why)
{
    return Problem(ProblemCode::Internal).withInternal(QString::fromLatin1(why));
}

/// The head has a fixed length for its format, so it and the associated data cannot run into each other.
QByteArray authenticated(QByteArrayView head, QByteArrayView associatedData)
{
    return head.toByteArray() + associatedData.toByteArray();
}

struct Key {
    QByteArray head; ///< of what it seals
    Secret secret;
};

std::vector<Key> keysOf(const Sealing::Keys &keys)
{
    std::vector<Key> all;
    for (const auto &[version, secret] : keys) {
        const QByteArray id = sha256("aegis encryption key:" + secret.reveal().toByteArray()).first(headOfTwo - 1);
        all.push_back({formatTwo + id, secret});
    }
    return all;
}

Result<Secret> openWith(const Secret &key, QByteArrayView sealed, qsizetype headSize, QByteArrayView associatedData)
{
    return decryptAes256Gcm(key, sealed.sliced(headSize, nonceSize), sealed.sliced(headSize + nonceSize),
                            authenticated(sealed.first(headSize), associatedData));
}

} // namespace

/// The keys, the newest last.
class Sealing::Ring {
public:
    Ring(const Keys &keys, Finder finder) : m_keys(std::make_shared<const std::vector<Key>>(keysOf(keys))), m_finder(std::move(finder)) {}

    std::shared_ptr<const std::vector<Key>> keys() const
    {
        const std::shared_lock lock(m_mutex);
        return m_keys;
    }
    /// Looks whether there are more; false when nobody knows of any.
    bool refresh()
    {
        const Keys found = m_finder ? m_finder() : Keys();
        if (found.empty())
            return false;
        auto keys = std::make_shared<const std::vector<Key>>(keysOf(found));
        const std::unique_lock lock(m_mutex);
        m_keys = std::move(keys);
        return true;
    }

private:
    mutable std::shared_mutex m_mutex;
    std::shared_ptr<const std::vector<Key>> m_keys;
    const Finder m_finder;
};

Result<Sealing> Sealing::make(Keys keys, Finder findMore)
{
    if (keys.empty())
        return refused("there is no key to seal with");
    for (const auto &[version, key] : keys) {
        if (key.size() != keySize)
            return refused("a key to seal with must have 32 bytes");
    }
    return Sealing(std::make_shared<Ring>(keys, std::move(findMore)));
}

QByteArray Sealing::mark() const
{
    return m_ring->keys()->back().head;
}

Result<QByteArray> Sealing::seal(const Secret &plain, QByteArrayView associatedData) const
{
    const auto keys = m_ring->keys();
    const Key &newest = keys->back();
    TRY(const QByteArray nonce, randomBytes(nonceSize));
    TRY(const QByteArray sealed, encryptAes256Gcm(newest.secret, nonce, plain.reveal(), authenticated(newest.head, associatedData)));
    return newest.head + nonce + sealed;
}

Result<Secret> Sealing::open(QByteArrayView sealed, QByteArrayView associatedData) const
{
    if (sealed.size() >= headOfOne + nonceSize && sealed[0] == formatOne) {
        const auto keys = m_ring->keys();
        for (auto key = keys->rbegin(); key != keys->rend(); ++key) {
            if (auto opened = openWith(key->secret, sealed, headOfOne, associatedData))
                return opened;
        }
        return refused("no key opens a sealed value");
    }
    if (sealed.size() < headOfTwo + nonceSize || sealed[0] != formatTwo)
        return refused("a sealed value has an unknown form");
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto keys = m_ring->keys();
        for (const Key &key : *keys) {
            if (sealed.startsWith(key.head))
                return openWith(key.secret, sealed, headOfTwo, associatedData);
        }
        if (attempt > 0 || !m_ring->refresh())
            break;
    }
    return refused("the key of a sealed value is not there");
}

} // namespace aegis
