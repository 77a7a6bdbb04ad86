#pragma once

#include "shared/ids/Id.h"
#include "shared/text/Secret.h"

namespace aegis {

/// What the database keeps of a client's secret: HMAC-SHA-256 under FINGERPRINT_KEY, bound to the client. A secret has 256 random bits,
/// so a slow hash would protect nothing; the key, which the database never sees, keeps whoever writes to it from making clients.
QByteArray clientSecretHash(const Secret &key, const ClientId &client, QByteArrayView secret);

} // namespace aegis
