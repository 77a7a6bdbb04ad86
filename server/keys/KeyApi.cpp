#include "server/keys/KeyApi.h"

namespace aegis {

void bindKeys(http::Api &api, const KeyRing &ring, std::chrono::seconds maxAge)
{
    const QByteArray cacheControl = "public, max-age=" + QByteArray::number(qint64(maxAge.count()));
    api.on<endpoints::Jwks>([&ring, cacheControl](const RequestContext &, NoRequest) -> Result<RawContent> {
        const auto keys = ring.current();
        return RawContent{.contentType = QByteArrayLiteral("application/jwk-set+json"),
                          .body = keys->jwks(),
                          .cacheControl = ring.isComplete() ? cacheControl : QByteArrayLiteral("no-store"), // others have more of them
                          .etag = keys->etag()};
    });
}

} // namespace aegis
