#include "server/keys/KeySet.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

namespace aegis {

KeySet KeySet::of(const std::vector<SigningKey> &keys)
{
    QJsonArray published;
    for (const SigningKey &key : keys) {
        if (const auto jwk = key.publicJwk())
            published.append(*jwk);
    }
    const QJsonObject document{{QStringLiteral("keys"), published}};
    return {JwtSigner(keys.front(), accessTokenType), JwtVerifier(keys, accessTokenType), QJsonDocument(document).toJson(QJsonDocument::Compact)};
}

} // namespace aegis
