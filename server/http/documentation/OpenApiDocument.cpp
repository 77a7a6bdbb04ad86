#include "server/http/documentation/OpenApiDocument.h"

#include "server/http/documentation/OpenApiParts.h"
#include "server/http/documentation/OpenApiProblems.h"
#include "server/http/TokenCookies.h"

namespace aegis::http {
namespace {

QJsonObject propertyOf(const FieldDescription &field)
{
    QJsonObject schema = field.schema;
    schema.insert(QStringLiteral("description"), textOf(field.description));
    return schema;
}

QJsonObject objectSchema(const SchemaDescription &description, bool isRequest, bool isForm)
{
    if (!description.oneOf.empty()) {
        QJsonArray alternatives;
        for (const std::string_view name : description.oneOf)
            alternatives.append(referenceTo(name));
        return {{QStringLiteral("oneOf"), alternatives}, {QStringLiteral("examples"), QJsonArray{parsed(description.example)}}};
    }
    QJsonObject properties;
    QJsonArray required;
    for (const FieldDescription &field : description.fields) {
        properties.insert(textOf(field.name), propertyOf(field));
        if (field.required || (field.nullable && !isRequest))
            required.append(textOf(field.name));
    }
    QJsonObject schema{{QStringLiteral("type"), QStringLiteral("object")},
                       {QStringLiteral("properties"), properties},
                       {QStringLiteral("examples"), QJsonArray{parsed(description.example)}}};
    if (!required.isEmpty())
        schema.insert(QStringLiteral("required"), required);
    if (isRequest && !isForm) // answers may get new members, and forms unknown ones
        schema.insert(QStringLiteral("additionalProperties"), false);
    return schema;
}

QJsonObject withEntityTag(QJsonObject headers)
{
    headers.insert(QStringLiteral("ETag"), reference(QStringLiteral("headers"), QStringLiteral("EntityTag")));
    return headers;
}

QJsonObject successOf(const EndpointDescription &endpoint, const QByteArray &example, const QString &description)
{
    QJsonObject headers = replyHeaders(*endpoint.info->successStatus);
    if (isLimited(*endpoint.info->rateClass)) {
        for (const char *name : {"RateLimit", "RateLimit-Policy"})
            headers.insert(QLatin1String(name), reference(QStringLiteral("headers"), QString(QLatin1String(name)).remove(u'-')));
    }
    if (endpoint.info->hasEntityTag)
        headers = withEntityTag(headers);
    for (const FieldDescription &field : endpoint.replyHeaders) {
        headers.insert(textOf(field.name),
                       QJsonObject{{QStringLiteral("description"), textOf(field.description)},
                                   {QStringLiteral("required"), field.required},
                                   {QStringLiteral("schema"), field.schema},
                                   {QStringLiteral("example"), textOf(field.example)}});
    }
    QJsonObject response{{QStringLiteral("description"), description}, {QStringLiteral("headers"), headers}};
    if (!endpoint.repliesContent)
        return response;
    QJsonObject media;
    if (!endpoint.response.empty()) {
        media.insert(QStringLiteral("schema"), referenceTo(endpoint.response));
        media.insert(QStringLiteral("example"), parsed(example));
    }
    response.insert(QStringLiteral("content"), QJsonObject{{textOf(endpoint.info->contentType), media}});
    return response;
}

QJsonArray parametersOf(const EndpointDescription &endpoint)
{
    QJsonArray parameters{reference(QStringLiteral("parameters"), QStringLiteral("CorrelationId"))};
    if (endpoint.info->takesIdempotencyKey)
        parameters.append(reference(QStringLiteral("parameters"), QStringLiteral("IdempotencyKey")));
    if (endpoint.info->deliversTokens)
        parameters.append(reference(QStringLiteral("parameters"), QStringLiteral("TokenDelivery")));
    for (const FieldDescription &field : endpoint.parameters) {
        const QString place = field.in == In::Path ? QStringLiteral("path")
            : field.in == In::Query                ? QStringLiteral("query")
                                                   : QStringLiteral("header");
        parameters.append(QJsonObject{{QStringLiteral("name"), textOf(field.name)},
                                      {QStringLiteral("in"), place},
                                      {QStringLiteral("required"), field.required},
                                      {QStringLiteral("description"), textOf(field.description)},
                                      {QStringLiteral("schema"), field.schema},
                                      {QStringLiteral("example"), textOf(field.example)}});
    }
    return parameters;
}

/// The ways to authenticate: any one of them. A write by cookie needs the CSRF token beside it.
QJsonArray securityOf(const EndpointInfo &info)
{
    if (info.access.needsClient())
        return {QJsonObject{{QStringLiteral("clientCredentials"), QJsonArray()}}};
    if (!info.access.needsToken())
        return {};
    QJsonObject byCookie{{QStringLiteral("accessCookie"), QJsonArray()}};
    if (*info.method != Method::Get)
        byCookie.insert(QStringLiteral("csrfToken"), QJsonArray());
    return {QJsonObject{{QStringLiteral("accessToken"), QJsonArray()}}, byCookie};
}

QJsonObject securityScheme(QByteArrayView name, const QString &place, const char *description)
{
    return {{QStringLiteral("type"), QStringLiteral("apiKey")},
            {QStringLiteral("in"), place},
            {QStringLiteral("name"), QString::fromLatin1(name)},
            {QStringLiteral("description"), QString::fromLatin1(description)}};
}

FieldDescription tokenDelivery()
{
    FieldDescription field{.name = "X-Token-Delivery",
                           .in = In::Header,
                           .description = "`cookie`: the tokens are not in the body but in cookies that no script can read, and X-CSRF-Token of the "
                                          "answer is to be sent with every write. `body` is what happens without it.",
                           .example = "cookie",
                           .schema = plainSchema("string", nullptr)};
    field.schema.insert(QStringLiteral("enum"), QJsonArray{QStringLiteral("cookie"), QStringLiteral("body")});
    return field;
}

QJsonObject operationOf(const EndpointDescription &endpoint, const Schemas &schemas)
{
    const EndpointInfo &info = *endpoint.info;
    QString description = textOf(info.description);
    if (!info.security.empty())
        description += QStringLiteral("\n\n**Security.** ") + textOf(info.security);
    if (info.access.kind() == Access::Kind::Permission)
        description += QStringLiteral("\n\nNeeds the permission `%1`.").arg(permissionInfo(info.access.permission()).name);

    QJsonObject responses{{QString::number(*info.successStatus), successOf(endpoint, endpoint.example, QStringLiteral("Success."))}};
    if (info.hasEntityTag)
        responses.insert(QStringLiteral("304"),
                         QJsonObject{{QStringLiteral("description"), QStringLiteral("The client has it already (`If-None-Match`).")},
                                     {QStringLiteral("headers"), withEntityTag(replyHeaders(304))}});
    if (endpoint.unhealthyStatus)
        responses.insert(QString::number(*endpoint.unhealthyStatus),
                         successOf(endpoint, schemas.at(endpoint.response).example, QStringLiteral("Not healthy.")));
    addProblems(endpoint, schemas, responses);

    QJsonObject operation{{QStringLiteral("operationId"), textOf(info.operationId)},
                          {QStringLiteral("tags"), QJsonArray{textOf(info.tag)}},
                          {QStringLiteral("summary"), textOf(info.summary)},
                          {QStringLiteral("description"), description.trimmed()},
                          {QStringLiteral("parameters"), parametersOf(endpoint)},
                          {QStringLiteral("responses"), responses},
                          {QStringLiteral("security"), securityOf(info)},
                          {QStringLiteral("x-rate-class"), rateClassName(info.rateClass)}};
    if (!endpoint.request.empty()) {
        const QJsonObject media{{QStringLiteral("schema"), referenceTo(endpoint.request)},
                                {QStringLiteral("example"), parsed(schemas.at(endpoint.request).example)}};
        const QString type = endpoint.requestIsForm ? QStringLiteral("application/x-www-form-urlencoded") : QStringLiteral("application/json");
        operation.insert(QStringLiteral("requestBody"),
                         QJsonObject{{QStringLiteral("required"), !info.bodyIsOptional}, {QStringLiteral("content"), QJsonObject{{type, media}}}});
    }
    return operation;
}

QJsonObject headerParameter(const FieldDescription &field)
{
    return {{QStringLiteral("name"), textOf(field.name)}, {QStringLiteral("in"), QStringLiteral("header")},
            {QStringLiteral("required"), false},          {QStringLiteral("description"), textOf(field.description)},
            {QStringLiteral("schema"), field.schema},     {QStringLiteral("example"), textOf(field.example)}};
}

FieldDescription correlationId()
{
    return {.name = "X-Correlation-ID",
            .in = In::Header,
            .description = "Ties the call to its log lines and events; made when absent.",
            .example = "0193a0f0-7c00-7abc-8def-00000000f00d",
            .schema = plainSchema("string", "uuid")};
}

QJsonObject replyHeader(const char *description, const QJsonObject &schema)
{
    return {{QStringLiteral("description"), QString::fromLatin1(description)}, {QStringLiteral("schema"), schema}};
}

QJsonObject componentsOf(const ApiDescription &api)
{
    QJsonObject schemas{{QStringLiteral("Problem"), problemSchema()}, {QStringLiteral("OAuthError"), oauthErrorSchema()}};
    for (const auto &[name, description] : api.schemas) {
        const auto &wanted = name; // clang 14 captures no structured binding
        const bool isRequest = std::any_of(api.endpoints.begin(), api.endpoints.end(),
                                           [&](const auto &endpoint) { return endpoint.request == wanted; });
        const bool isForm = std::any_of(api.endpoints.begin(), api.endpoints.end(),
                                        [&](const auto &endpoint) { return endpoint.requestIsForm && endpoint.request == wanted; });
        schemas.insert(textOf(name), objectSchema(description, isRequest, isForm));
    }
    return {
        {QStringLiteral("schemas"), schemas},
        {QStringLiteral("parameters"),
         QJsonObject{{QStringLiteral("IdempotencyKey"), headerParameter(api.idempotencyKey)},
                     {QStringLiteral("TokenDelivery"), headerParameter(tokenDelivery())},
                     {QStringLiteral("CorrelationId"), headerParameter(correlationId())}}},
        {QStringLiteral("responses"), QJsonObject{{QStringLiteral("AnyProblem"), defaultResponse()}}},
        {QStringLiteral("headers"),
         QJsonObject{{QStringLiteral("CorrelationId"), replyHeader("The call's correlation id, as given or made.", plainSchema("string", "uuid"))},
                     {QStringLiteral("EntityTag"), replyHeader("Names this content (RFC 9110, 8.8.3).", plainSchema("string", nullptr))},
                     {QStringLiteral("Allow"), replyHeader("The methods that the address takes; with 405.", plainSchema("string", nullptr))},
                     {QStringLiteral("RetryAfter"), replyHeader("Seconds to wait before another try.", plainSchema("integer", nullptr))},
                     {QStringLiteral("RateLimit"),
                      replyHeader("Calls that are left (`r`), and seconds until all are there again (`t`); as every answer of the operation, the "
                                  "refused ones too (draft-ietf-httpapi-ratelimit-headers-10).",
                                  plainSchema("string", nullptr))},
                     {QStringLiteral("RateLimitPolicy"),
                      replyHeader("Calls (`q`) in so many seconds (`w`), by client address or person.", plainSchema("string", nullptr))},
                     {QStringLiteral("Challenge"), replyHeader("How to authenticate (RFC 6750, RFC 7617).", plainSchema("string", nullptr))}}},
        {QStringLiteral("securitySchemes"),
         QJsonObject{{QStringLiteral("accessToken"),
                      QJsonObject{{QStringLiteral("type"), QStringLiteral("http")},
                                  {QStringLiteral("scheme"), QStringLiteral("bearer")},
                                  {QStringLiteral("bearerFormat"), QStringLiteral("JWT")},
                                  {QStringLiteral("description"),
                                   QStringLiteral("`Authorization: Bearer` with the access token. It is short-lived and ends at once on logout.")}}},
                     {QStringLiteral("accessCookie"),
                      securityScheme(token_cookies::accessName, QStringLiteral("cookie"),
                                     "The same token in a cookie, after a login with `X-Token-Delivery: cookie`. It counts when there is no "
                                     "`Authorization`. A write also needs an `Origin` that may call, and X-CSRF-Token.")},
                     {QStringLiteral("csrfToken"),
                      securityScheme("X-CSRF-Token", QStringLiteral("header"),
                                     "That of the session: what the answer that set the cookies said in X-CSRF-Token, and what the cookie "
                                     "`__Host-aegis-csrf` holds. A page that has lost it is told it by GET /auth/me, and by the refusal "
                                     "`csrf_token_invalid`.")},
                     {QStringLiteral("clientCredentials"),
                      QJsonObject{{QStringLiteral("type"), QStringLiteral("http")},
                                  {QStringLiteral("scheme"), QStringLiteral("basic")},
                                  {QStringLiteral("description"),
                                   QStringLiteral(
                                       "`Authorization: Basic` with the id and the secret of a program, which an operator has made (`aegisd clients "
                                       "create`). Or both as `client_id` and `client_secret` in the form.")}}}}},
    };
}

QString introductionOf(const ApiDescription &api)
{
    return QStringLiteral("JSON in camelCase, times in RFC 3339 UTC, ids are UUIDs. Unknown fields are refused. Every refusal is a problem document "
                          "(RFC 9457) with a stable `code`; branch on that and never on its sentences. Names and codes in problem documents and "
                          "answers may be added, so ignore those that you do not know. Calls with client credentials take forms, where unknown "
                          "parameters are passed over, and tell refusals as OAuth has it (RFC 6749), with the same `code`.\n\n"
                          "## Problem codes\n\nAny call can be answered with any of them, also one of which an operation says nothing.\n\n%1\n"
                          "## Codes of fields\n\nThe `code` of each element of `errors`, on 422. Rules of passwords are settings of the "
                          "server.\n\n%2")
        .arg(problemReference(api.sent), fieldCodeReference());
}

} // namespace

QJsonObject openApiDocument(const ApiDescription &api)
{
    QJsonObject paths;
    QJsonArray tags;
    for (const EndpointDescription &endpoint : api.endpoints) {
        const QString path = textOf(*endpoint.info->path);
        QJsonObject item = paths.value(path).toObject();
        item.insert(textOf(methodName(endpoint.info->method)).toLower(), operationOf(endpoint, api.schemas));
        paths.insert(path, item);
        const QJsonObject tag{{QStringLiteral("name"), textOf(endpoint.info->tag)}};
        if (!tags.contains(tag))
            tags.append(tag);
    }
    const QJsonObject info{{QStringLiteral("title"), QStringLiteral("Aegis")},
                           {QStringLiteral("version"), QStringLiteral(AEGIS_VERSION)},
                           {QStringLiteral("summary"), QStringLiteral("Authentication for multi-tenant products")},
                           {QStringLiteral("description"), introductionOf(api)},
                           {QStringLiteral("license"),
                            QJsonObject{{QStringLiteral("name"), QStringLiteral("GPL-3.0-or-later")},
                                        {QStringLiteral("identifier"), QStringLiteral("GPL-3.0-or-later")}}}};
    return {{QStringLiteral("openapi"), QStringLiteral("3.1.0")},
            {QStringLiteral("info"), info},
            {QStringLiteral("servers"),
             QJsonArray{QJsonObject{{QStringLiteral("url"), QStringLiteral("/")}}, QJsonObject{{QStringLiteral("url"), QStringLiteral("/v1")}}}},
            {QStringLiteral("tags"), tags},
            {QStringLiteral("paths"), paths},
            {QStringLiteral("components"), componentsOf(api)}};
}

} // namespace aegis::http
