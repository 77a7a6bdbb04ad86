#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"
#include "server/crypto/SigningKey.h"

#include <QtCore/QJsonDocument>

#include <array>
#include <vector>

namespace aegis {
namespace {

struct RequiredMembers {
    const char *kty;
    std::vector<const char *> names; ///< besides kty
};

const std::array<RequiredMembers, 4> &requiredMembers()
{
    static const std::array<RequiredMembers, 4> all{{
        {"EC", {"crv", "x", "y"}},
        {"OKP", {"crv", "x"}},
        {"RSA", {"e", "n"}},
        {"oct", {"k"}},
    }};
    return all;
}

} // namespace

std::optional<QByteArray> jwkThumbprint(const QJsonObject &jwk)
{
    const QJsonValue kty = jwk.value(QLatin1String("kty"));
    for (const RequiredMembers &required : requiredMembers()) {
        if (kty != QLatin1String(required.kty))
            continue;
        QJsonObject canonical{{QLatin1String("kty"), kty}};
        for (const char *name : required.names) {
            const QJsonValue value = jwk.value(QLatin1String(name));
            if (!value.isString())
                return std::nullopt;
            canonical.insert(QLatin1String(name), value);
        }
        // Qt writes the members in the order of their names and without white space, as section 3.3 asks.
        return base64Url(sha256(QJsonDocument(canonical).toJson(QJsonDocument::Compact)));
    }
    return std::nullopt;
}

} // namespace aegis
