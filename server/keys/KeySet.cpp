#include "server/keys/KeySet.h"

#include "server/crypto/Digest.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

namespace aegis {

KeySet::KeySet(std::vector<KeyTimes> times, const std::vector<SigningKey> &keys) : m_times(std::move(times)), m_verifier(keys, accessTokenType)
{
    QJsonArray published;
    for (const SigningKey &key : keys) {
        m_signers.emplace_back(key, accessTokenType);
        if (const auto jwk = key.publicJwk())
            published.append(*jwk);
    }
    const QJsonObject document{{QStringLiteral("keys"), published}};
    m_jwks = QJsonDocument(document).toJson(QJsonDocument::Compact);
    m_etag = '"' + sha256(m_jwks).toHex().left(32) + '"';
}

const JwtSigner *KeySet::signerAt(Instant now) const
{
    if (m_times.empty())
        return nullptr;
    const std::size_t place = signingPlace(m_times, now);
    const bool isOver = m_times[place].signsUntil && *m_times[place].signsUntil <= now;
    return isOver ? nullptr : &m_signers[place];
}

bool KeySet::holdsAllOf(const KeySet &other) const
{
    return std::all_of(other.m_times.begin(), other.m_times.end(), [this](const KeyTimes &key) {
        return std::any_of(m_times.begin(), m_times.end(), [&key](const KeyTimes &own) { return own.kid == key.kid; });
    });
}

KeySet KeySet::of(const std::vector<SigningKey> &keys)
{
    std::vector<KeyTimes> times;
    for (const SigningKey &key : keys) {
        times.push_back({.kid = key.kid(), .algorithm = key.algorithm()});
        if (times.size() > 1)
            times.back().signsUntil = Instant();
    }
    return {std::move(times), keys};
}

KeySet KeySet::of(const std::vector<TimedKey> &keys, Instant now)
{
    std::vector<KeyTimes> times;
    std::vector<SigningKey> plain;
    for (const TimedKey &key : keys) {
        times.push_back(key.times);
        plain.push_back(key.key);
    }
    if (!times.empty()) {
        const std::size_t first = signingPlace(times, now);
        std::swap(times.front(), times[first]);
        std::swap(plain.front(), plain[first]);
    }
    return {std::move(times), plain};
}

} // namespace aegis
