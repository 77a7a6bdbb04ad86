#include "server/oauth/ServerMetadataOf.h"

#include "shared/endpoints/Endpoints.h"

namespace aegis {
namespace {

template <Endpoint E> QString addressOf(const QString &base)
{
    const std::string_view path = *E::info.path;
    return base + QLatin1String(path.data(), static_cast<qsizetype>(path.size()));
}

} // namespace

ServerMetadata serverMetadataOf(const QString &issuer, std::chrono::seconds maxAge)
{
    const QString base = issuer.endsWith(QLatin1Char('/')) ? issuer.chopped(1) : issuer;
    const QStringList methods{QStringLiteral("client_secret_basic"), QStringLiteral("client_secret_post")};
    return {.issuer = issuer,
            .jwksUri = addressOf<endpoints::Jwks>(base),
            .introspectionEndpoint = addressOf<endpoints::Introspect>(base),
            .introspectionAuthMethods = methods,
            .revocationEndpoint = addressOf<endpoints::Revoke>(base),
            .revocationAuthMethods = methods,
            .responseTypes = {},
            .grantTypes = {},
            .serviceDocumentation = addressOf<endpoints::Docs>(base),
            .cacheControl = QStringLiteral("public, max-age=%1").arg(maxAge.count())};
}

} // namespace aegis
