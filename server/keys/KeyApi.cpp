#include "server/keys/KeyApi.h"

#include "server/crypto/Digest.h"

namespace aegis {
namespace {

Task<Result<RawContent>> jwks(const KeyRing &ring)
{
    const QByteArray document = ring.current()->jwks;
    co_return RawContent{.contentType = QByteArrayLiteral("application/jwk-set+json"),
                         .body = document,
                         // Short enough that a new key is known everywhere long before it signs.
                         .cacheControl = QByteArrayLiteral("public, max-age=300"),
                         .etag = QByteArray("\"" + sha256(document).toHex().left(32) + "\"")};
}

} // namespace

void bindKeys(http::Api &api, const KeyRing &ring)
{
    api.on<endpoints::Jwks>([&ring](const RequestContext &, NoRequest) { return jwks(ring); });
}

} // namespace aegis
