#include "server/http/documentation/Documentation.h"

#include "server/crypto/Digest.h"
#include "server/http/documentation/DocsPage.h"
#include "server/http/documentation/OpenApiDocument.h"

#include <QtCore/QJsonDocument>

namespace aegis::http {
namespace {

/// Content that only changes with the program: a client may keep it for a minute, then asks whether it is still the same.
RawContent lasting(const QByteArray &contentType, const QByteArray &body)
{
    RawContent content;
    content.contentType = contentType;
    content.body = body;
    content.cacheControl = QByteArrayLiteral("public, max-age=60");
    content.etag = '"' + sha256(body).first(12).toHex() + '"';
    return content;
}

} // namespace

void bindDocumentation(Api &api)
{
    const ApiDescription description = ApiDescription::make();
    const RawContent openApi = lasting("application/json", QJsonDocument(openApiDocument(description)).toJson(QJsonDocument::Compact));
    const DocsPage page = makeDocsPage(description);
    RawContent docs = lasting("text/html; charset=utf-8", page.html);
    docs.contentSecurityPolicy = page.contentSecurityPolicy;

    api.on<endpoints::OpenApi>([openApi](const RequestContext &, NoRequest) -> Result<RawContent> { return openApi; });
    api.on<endpoints::Docs>([docs](const RequestContext &, NoRequest) -> Result<RawContent> { return docs; });
}

} // namespace aegis::http
