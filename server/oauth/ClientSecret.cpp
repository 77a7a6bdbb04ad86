#include "server/oauth/ClientSecret.h"

#include "server/crypto/Hmac.h"

namespace aegis {

QByteArray clientSecretHash(const Secret &key, const ClientId &client, QByteArrayView secret)
{
    QByteArray message = QByteArrayLiteral("aegis client") + '\0' + client.text() + '\0';
    message.append(secret);
    QByteArray hash = hmacSha256(key, message);
    explicit_bzero(message.data(), static_cast<std::size_t>(message.size()));
    return hash;
}

} // namespace aegis
