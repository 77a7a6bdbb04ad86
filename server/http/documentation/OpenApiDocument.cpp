#include "server/http/documentation/OpenApiDocument.h"

#include "server/http/ProblemDocument.h"

#include <QtCore/QJsonDocument>

namespace aegis::http {
namespace {

using S = QString;

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QJsonObject reference(const QString &room, const QString &name)
{
    return {{QStringLiteral("$ref"), QStringLiteral("#/components/%1/%2").arg(room, name)}};
}

QJsonValue parsed(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

const CorrelationId exampleCorrelation = *CorrelationId::parse("0193a0f0-7c00-7abc-8def-00000000f00d");

QJsonObject propertyOf(const FieldDescription &field)
{
    QJsonObject schema = field.schema;
    schema.insert(QStringLiteral("description"), textOf(field.description));
    return schema;
}

QJsonObject objectSchema(const SchemaDescription &description, bool isRequest)
{
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
    if (isRequest) // answers may get new members
        schema.insert(QStringLiteral("additionalProperties"), false);
    return schema;
}

QJsonObject problemSchema()
{
    QJsonArray codes;
    for (const ProblemInfo &info : problemCatalogue())
        codes.append(QString(info.name));
    const auto text = [](const char *description) {
        return QJsonObject{{QStringLiteral("type"), QStringLiteral("string")}, {QStringLiteral("description"), QString::fromLatin1(description)}};
    };
    QJsonObject code = text("Stable name of the problem: branch on this.");
    code.insert(QStringLiteral("enum"), codes);
    QJsonObject correlationId = text("Find the request in the log and its events by this.");
    correlationId.insert(QStringLiteral("format"), QStringLiteral("uuid"));
    const QJsonObject fieldError{{QStringLiteral("type"), QStringLiteral("object")},
                                 {QStringLiteral("required"), QJsonArray{S::fromLatin1("field"), S::fromLatin1("code"), S::fromLatin1("message")}},
                                 {QStringLiteral("properties"),
                                  QJsonObject{{QStringLiteral("field"), text("Name of the field on the wire.")},
                                              {QStringLiteral("code"), text("Stable name of what is wrong, e.g. `required`, `type`, `length`.")},
                                              {QStringLiteral("message"), text("English sentence for a developer.")}}}};
    return {
        {QStringLiteral("type"), QStringLiteral("object")},
        {QStringLiteral("description"), QStringLiteral("A refusal (RFC 9457).")},
        {QStringLiteral("required"),
         QJsonArray{S::fromLatin1("type"), S::fromLatin1("title"), S::fromLatin1("status"), S::fromLatin1("code"), S::fromLatin1("correlationId")}},
        {QStringLiteral("properties"),
         QJsonObject{{QStringLiteral("type"), text("`urn:aegis:problem:` and the code.")},
                     {QStringLiteral("title"), text("The same for each occurrence.")},
                     {QStringLiteral("status"), QJsonObject{{QStringLiteral("type"), QStringLiteral("integer")}}},
                     {QStringLiteral("detail"), text("About this occurrence.")},
                     {QStringLiteral("code"), code},
                     {QStringLiteral("correlationId"), correlationId},
                     {QStringLiteral("errors"),
                      QJsonObject{{QStringLiteral("type"), QStringLiteral("array")},
                                  {QStringLiteral("description"), QStringLiteral("Every field that is wrong, on 422.")},
                                  {QStringLiteral("items"), fieldError}}}}},
    };
}

/// A real document of the problem, as the server would send it.
QJsonValue exampleOf(ProblemCode code)
{
    Problem problem(code);
    if (code == ProblemCode::ValidationFailed)
        problem.fields = {{QStringLiteral("email"), QStringLiteral("required"), QStringLiteral("Must be given.")}};
    if (code == ProblemCode::PasswordPolicy)
        problem.fields = {
            {QStringLiteral("password"), QStringLiteral("password_too_common"), QStringLiteral("The password is on the list of known ones.")}};
    return parsed(renderProblem(problem, exampleCorrelation).body);
}

QJsonObject replyHeaders(int status)
{
    QJsonObject headers{{QStringLiteral("X-Correlation-ID"), reference(QStringLiteral("headers"), QStringLiteral("CorrelationId"))}};
    if (status == 401)
        headers.insert(QStringLiteral("WWW-Authenticate"), reference(QStringLiteral("headers"), QStringLiteral("Challenge")));
    if (status == 429 || status == 503)
        headers.insert(QStringLiteral("Retry-After"), reference(QStringLiteral("headers"), QStringLiteral("RetryAfter")));
    return headers;
}

QJsonObject withEntityTag(QJsonObject headers)
{
    headers.insert(QStringLiteral("ETag"), reference(QStringLiteral("headers"), QStringLiteral("EntityTag")));
    return headers;
}

/// Adds a response for each status that a problem of the endpoint has, with an example for each problem.
void addProblems(const EndpointDescription &endpoint, QJsonObject &responses)
{
    std::map<int, std::vector<ProblemCode>> byStatus;
    for (const ProblemInfo &info : problemCatalogue()) {
        if (endpoint.problems.contains(info.code))
            byStatus[info.status].push_back(info.code);
    }
    for (const auto &[status, codes] : byStatus) {
        QStringList titles;
        QJsonObject examples;
        for (const ProblemCode code : codes) {
            const ProblemInfo &info = problemInfo(code);
            titles.append(QStringLiteral("`%1`: %2.").arg(QString(info.name), QString(info.title)));
            examples.insert(QString(info.name),
                            QJsonObject{{QStringLiteral("summary"), QString(info.title)}, {QStringLiteral("value"), exampleOf(code)}});
        }
        QJsonObject content{{QStringLiteral("application/problem+json"),
                             QJsonObject{{QStringLiteral("schema"), reference(QStringLiteral("schemas"), QStringLiteral("Problem"))},
                                         {QStringLiteral("examples"), examples}}}};
        const QString key = QString::number(status);
        QJsonObject response = responses.value(key).toObject();
        if (!response.isEmpty()) { // a status that also has an answer of its own, such as an unhealthy 503
            QJsonObject both = response.value(QLatin1String("content")).toObject();
            both.insert(QStringLiteral("application/problem+json"), content.value(QLatin1String("application/problem+json")));
            content = both;
            titles.prepend(response.value(QLatin1String("description")).toString());
        }
        responses.insert(key,
                         QJsonObject{{QStringLiteral("description"), titles.join(QLatin1Char(' '))},
                                     {QStringLiteral("headers"), replyHeaders(status)},
                                     {QStringLiteral("content"), content}});
    }
}

QJsonObject successOf(const EndpointDescription &endpoint, const Schemas &schemas, const QString &description)
{
    QJsonObject headers = replyHeaders(*endpoint.info->successStatus);
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
        media.insert(QStringLiteral("example"), parsed(schemas.at(endpoint.response).example));
    }
    response.insert(QStringLiteral("content"), QJsonObject{{textOf(endpoint.info->contentType), media}});
    return response;
}

QJsonArray parametersOf(const EndpointDescription &endpoint)
{
    QJsonArray parameters{reference(QStringLiteral("parameters"), QStringLiteral("CorrelationId"))};
    if (endpoint.info->takesIdempotencyKey)
        parameters.append(reference(QStringLiteral("parameters"), QStringLiteral("IdempotencyKey")));
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

QJsonObject operationOf(const EndpointDescription &endpoint, const Schemas &schemas)
{
    const EndpointInfo &info = *endpoint.info;
    QString description = textOf(info.description);
    if (!info.security.empty())
        description += QStringLiteral("\n\n**Security.** ") + textOf(info.security);
    if (info.access.kind() == Access::Kind::Permission)
        description += QStringLiteral("\n\nNeeds the permission `%1`.").arg(textOf(info.access.permission()));

    QJsonObject responses{{QString::number(*info.successStatus), successOf(endpoint, schemas, QStringLiteral("Success."))}};
    if (info.hasEntityTag)
        responses.insert(QStringLiteral("304"),
                         QJsonObject{{QStringLiteral("description"), QStringLiteral("The client has it already (`If-None-Match`).")},
                                     {QStringLiteral("headers"), withEntityTag(replyHeaders(304))}});
    if (endpoint.unhealthyStatus)
        responses.insert(QString::number(*endpoint.unhealthyStatus), successOf(endpoint, schemas, QStringLiteral("Not healthy.")));
    addProblems(endpoint, responses);

    QJsonObject operation{{QStringLiteral("operationId"), textOf(info.operationId)},
                          {QStringLiteral("tags"), QJsonArray{textOf(info.tag)}},
                          {QStringLiteral("summary"), textOf(info.summary)},
                          {QStringLiteral("description"), description.trimmed()},
                          {QStringLiteral("parameters"), parametersOf(endpoint)},
                          {QStringLiteral("responses"), responses},
                          {QStringLiteral("security"),
                           info.access.needsToken() ? QJsonArray{QJsonObject{{QStringLiteral("accessToken"), QJsonArray()}}} : QJsonArray()},
                          {QStringLiteral("x-rate-class"), rateClassName(info.rateClass)}};
    if (!endpoint.request.empty()) {
        const QJsonObject media{{QStringLiteral("schema"), referenceTo(endpoint.request)},
                                {QStringLiteral("example"), parsed(schemas.at(endpoint.request).example)}};
        operation.insert(QStringLiteral("requestBody"),
                         QJsonObject{{QStringLiteral("required"), !info.bodyIsOptional},
                                     {QStringLiteral("content"), QJsonObject{{QStringLiteral("application/json"), media}}}});
    }
    return operation;
}

QJsonObject headerParameter(const char *name, const char *description, const QJsonObject &schema)
{
    return {{QStringLiteral("name"), QString::fromLatin1(name)},
            {QStringLiteral("in"), QStringLiteral("header")},
            {QStringLiteral("required"), false},
            {QStringLiteral("description"), QString::fromLatin1(description)},
            {QStringLiteral("schema"), schema}};
}

QJsonObject replyHeader(const char *description, const QJsonObject &schema)
{
    return {{QStringLiteral("description"), QString::fromLatin1(description)}, {QStringLiteral("schema"), schema}};
}

QJsonObject componentsOf(const ApiDescription &api)
{
    QJsonObject schemas{{QStringLiteral("Problem"), problemSchema()}};
    for (const auto &[name, description] : api.schemas) {
        const auto &wanted = name; // clang 14 captures no structured binding
        const bool isRequest = std::any_of(api.endpoints.begin(), api.endpoints.end(),
                                           [&](const auto &endpoint) { return endpoint.request == wanted; });
        schemas.insert(textOf(name), objectSchema(description, isRequest));
    }
    QJsonObject key = plainSchema("string", nullptr);
    key.insert(QStringLiteral("minLength"), 16);
    key.insert(QStringLiteral("maxLength"), 128);
    key.insert(QStringLiteral("pattern"), QStringLiteral("^[!-~]+$"));
    return {
        {QStringLiteral("schemas"), schemas},
        {QStringLiteral("parameters"),
         QJsonObject{
             {QStringLiteral("IdempotencyKey"),
              headerParameter("Idempotency-Key",
                              "Repeat a call whose answer was lost with the same key and the same body, byte for byte: it is carried out once. A "
                              "success is kept for 24 hours and answered the same; a refusal is not kept. Another body with the same key is "
                              "refused.",
                              key)},
             {QStringLiteral("CorrelationId"),
              headerParameter("X-Correlation-ID", "Ties the call to its log lines and events; made when absent.", plainSchema("string", "uuid"))}}},
        {QStringLiteral("headers"),
         QJsonObject{{QStringLiteral("CorrelationId"), replyHeader("The call's correlation id, as given or made.", plainSchema("string", "uuid"))},
                     {QStringLiteral("EntityTag"), replyHeader("Names this content (RFC 9110, 8.8.3).", plainSchema("string", nullptr))},
                     {QStringLiteral("RetryAfter"), replyHeader("Seconds to wait before another try.", plainSchema("integer", nullptr))},
                     {QStringLiteral("Challenge"), replyHeader("How to authenticate (RFC 6750).", plainSchema("string", nullptr))}}},
        {QStringLiteral("securitySchemes"),
         QJsonObject{
             {QStringLiteral("accessToken"),
              QJsonObject{{QStringLiteral("type"), QStringLiteral("http")},
                          {QStringLiteral("scheme"), QStringLiteral("bearer")},
                          {QStringLiteral("bearerFormat"), QStringLiteral("JWT")},
                          {QStringLiteral("description"),
                           QStringLiteral("`Authorization: Bearer` with the access token. It is short-lived and ends at once on logout.")}}}}},
    };
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
    const QJsonObject info{
        {QStringLiteral("title"), QStringLiteral("Aegis")},
        {QStringLiteral("version"), QStringLiteral(AEGIS_VERSION)},
        {QStringLiteral("summary"), QStringLiteral("Authentication for multi-tenant products")},
        {QStringLiteral("description"),
         QStringLiteral("JSON in camelCase, times in RFC 3339 UTC, ids are UUIDs. Unknown fields are refused. Every refusal is a problem document "
                        "(RFC 9457) with a stable `code`; branch on that and never on its sentences. Names in problem documents and answers may be "
                        "added, so ignore those that you do not know.")},
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
