#include "server/http/documentation/OpenApiProblems.h"

#include "server/http/ProblemDocument.h"
#include "server/http/documentation/OpenApiParts.h"

#include <algorithm>

namespace aegis::http {
namespace {

const CorrelationId exampleCorrelation = *CorrelationId::parse("0193a0f0-7c00-7abc-8def-00000000f00d");

QJsonObject text(const char *description)
{
    return {{QStringLiteral("type"), QStringLiteral("string")}, {QStringLiteral("description"), QString::fromLatin1(description)}};
}

/// A text that has these values today; `x-extensible-enum` is how generators of clients know an open list.
template <class Rows> QJsonObject openList(const char *description, const Rows &rows)
{
    QJsonArray names;
    for (const auto &row : rows)
        names.append(QString(row.name));
    QJsonObject schema = text(description);
    schema.insert(QStringLiteral("x-extensible-enum"), names);
    schema.insert(QStringLiteral("examples"), names);
    return schema;
}

QJsonArray namesOf(std::initializer_list<const char *> names)
{
    QJsonArray array;
    for (const char *name : names)
        array.append(QString::fromLatin1(name));
    return array;
}

/// What is wrong with the first field of the endpoint's request, as the decoder would tell it.
FieldError exampleError(const EndpointDescription &endpoint, const Schemas &schemas)
{
    const bool isParameter = !endpoint.parameters.empty();
    const FieldDescription &field = isParameter ? endpoint.parameters.front() : schemas.at(endpoint.request).fields.front();
    if (isParameter && field.schema.value(QLatin1String("format")) == QLatin1String("uuid"))
        return {textOf(field.name), FieldCode::Format, QStringLiteral("Must be a UUID.")};
    if (isParameter) {
        const int longest = field.schema.value(QLatin1String("maxLength")).toInt();
        return {textOf(field.name), FieldCode::Length, QStringLiteral("Must be at most %1 characters.").arg(longest)};
    }
    if (field.required)
        return {textOf(field.name), FieldCode::Required, QStringLiteral("Must be given.")};
    return {textOf(field.name), FieldCode::Type, QStringLiteral("Must be a string.")};
}

/// The field of the endpoint's request that a new password comes in.
QString newPasswordField(const EndpointDescription &endpoint, const Schemas &schemas)
{
    const auto &fields = schemas.at(endpoint.request).fields;
    const bool isNamedNew = std::any_of(fields.begin(), fields.end(), [](const FieldDescription &field) { return field.name == "newPassword"; });
    return isNamedNew ? QStringLiteral("newPassword") : QStringLiteral("password");
}

/// A real document of the problem, as the server would send it.
QJsonObject documentOf(const Problem &problem, ProblemForm form = ProblemForm::Document)
{
    return parsed(renderProblem(problem, exampleCorrelation, form).body);
}

ProblemForm formOf(const EndpointDescription &endpoint)
{
    return endpoint.info->access.needsClient() ? ProblemForm::OAuth : ProblemForm::Document;
}

QJsonObject exampleOf(ProblemCode code, const EndpointDescription &endpoint, const Schemas &schemas)
{
    Problem problem(code);
    if (code == ProblemCode::MalformedRequest)
        problem.detail = QStringLiteral("Host is missing.");
    if (code == ProblemCode::ValidationFailed)
        problem.fields = {exampleError(endpoint, schemas)};
    if (code == ProblemCode::PasswordPolicy)
        problem.fields = {
            {newPasswordField(endpoint, schemas), FieldCode::PasswordTooCommon, QStringLiteral("The password is among the most common ones.")}};
    if (code == ProblemCode::MalformedForm)
        problem.detail = QStringLiteral("token: Must be given.");
    return documentOf(problem, formOf(endpoint));
}

QJsonObject summarized(const ProblemInfo &info, const QJsonObject &example)
{
    return {{QStringLiteral("summary"), QString(info.title)}, {QStringLiteral("value"), example}};
}

QJsonObject problemContent(const QJsonObject &examples, ProblemForm form = ProblemForm::Document)
{
    const bool isOAuth = form == ProblemForm::OAuth;
    return {{isOAuth ? QStringLiteral("application/json") : QStringLiteral("application/problem+json"),
             QJsonObject{
                 {QStringLiteral("schema"), reference(QStringLiteral("schemas"), isOAuth ? QStringLiteral("OAuthError") : QStringLiteral("Problem"))},
                 {QStringLiteral("examples"), examples}}}};
}

void addHeader(QJsonObject &headers, const char *name, const char *component)
{
    headers.insert(QString::fromLatin1(name), reference(QStringLiteral("headers"), QString::fromLatin1(component)));
}

} // namespace

QJsonObject problemSchema()
{
    QJsonObject correlationId = text("Find the request in the log and its events by this.");
    correlationId.insert(QStringLiteral("format"), QStringLiteral("uuid"));
    const QJsonObject fieldError{
        {QStringLiteral("type"), QStringLiteral("object")},
        {QStringLiteral("required"), namesOf({"field", "code", "message"})},
        {QStringLiteral("properties"),
         QJsonObject{{QStringLiteral("field"), text("Name of the field on the wire.")},
                     {QStringLiteral("code"), openList("Stable name of what is wrong; more may be added.", fieldCodesOfRequests())},
                     {QStringLiteral("message"), text("English sentence for a developer.")}}}};
    return {
        {QStringLiteral("type"), QStringLiteral("object")},
        {QStringLiteral("description"), QStringLiteral("A refusal (RFC 9457).")},
        {QStringLiteral("required"), namesOf({"type", "title", "status", "code", "correlationId"})},
        {QStringLiteral("properties"),
         QJsonObject{{QStringLiteral("type"), text("`urn:aegis:problem:` and the code.")},
                     {QStringLiteral("title"), text("The same for each occurrence.")},
                     {QStringLiteral("status"), QJsonObject{{QStringLiteral("type"), QStringLiteral("integer")}}},
                     {QStringLiteral("detail"), text("About this occurrence.")},
                     {QStringLiteral("code"), openList("Stable name of the problem: branch on this. More may be added.", problemCatalogue())},
                     {QStringLiteral("correlationId"), correlationId},
                     {QStringLiteral("errors"),
                      QJsonObject{{QStringLiteral("type"), QStringLiteral("array")},
                                  {QStringLiteral("description"), QStringLiteral("Every field that is wrong, on 422.")},
                                  {QStringLiteral("items"), fieldError}}}}},
    };
}

QJsonObject oauthErrorSchema()
{
    const QJsonObject own{{QStringLiteral("type"), QStringLiteral("object")},
                          {QStringLiteral("required"), namesOf({"error"})},
                          {QStringLiteral("properties"),
                           QJsonObject{{QStringLiteral("error"),
                                        text("`invalid_request`, `invalid_client`, `temporarily_unavailable` or `server_error`; `code` says more.")},
                                       {QStringLiteral("error_description"), text("English sentence for a developer.")}}}};
    return {{QStringLiteral("description"), QStringLiteral("A refusal as OAuth has it (RFC 6749, 5.2), with the members of a problem besides.")},
            {QStringLiteral("allOf"), QJsonArray{reference(QStringLiteral("schemas"), QStringLiteral("Problem")), own}}};
}

QJsonObject replyHeaders(int status, ProblemSet problems)
{
    QJsonObject headers;
    addHeader(headers, "X-Correlation-ID", "CorrelationId");
    if (status == 401 || problems.contains(ProblemCode::Forbidden))
        addHeader(headers, "WWW-Authenticate", "Challenge");
    if (status == 429) {
        addHeader(headers, "RateLimit", "RateLimit");
        addHeader(headers, "RateLimit-Policy", "RateLimitPolicy");
    }
    if (status == 429 || status == 503 || problems.contains(ProblemCode::IdempotencyInProgress))
        addHeader(headers, "Retry-After", "RetryAfter");
    return headers;
}

void addProblems(const EndpointDescription &endpoint, const Schemas &schemas, QJsonObject &responses)
{
    std::map<int, std::vector<const ProblemInfo *>> byStatus;
    for (const ProblemInfo &info : problemCatalogue()) {
        if (endpoint.problems.contains(info.code))
            byStatus[info.status].push_back(&info);
    }
    for (const auto &[status, infos] : byStatus) {
        QStringList titles;
        QJsonObject examples;
        ProblemSet problems;
        for (const ProblemInfo *info : infos) {
            titles.append(QStringLiteral("`%1`: %2.").arg(QString(info->name), QString(info->title)));
            examples.insert(QString(info->name), summarized(*info, exampleOf(info->code, endpoint, schemas)));
            problems = problems | ProblemSet{info->code};
        }
        QJsonObject content = problemContent(examples, formOf(endpoint));
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
                                     {QStringLiteral("headers"), replyHeaders(status, problems)},
                                     {QStringLiteral("content"), content}});
    }
    responses.insert(QStringLiteral("default"), reference(QStringLiteral("responses"), QStringLiteral("AnyProblem")));
}

QJsonObject defaultResponse()
{
    QStringList titles{QStringLiteral("Any other refusal.")};
    QJsonObject examples;
    for (const ProblemInfo &info : problemCatalogue()) {
        if (!problemsOfAnyCall.contains(info.code))
            continue;
        titles.append(QStringLiteral("%1 `%2`: %3.").arg(QString::number(info.status), QString(info.name), QString(info.title)));
        examples.insert(QString(info.name), summarized(info, documentOf(Problem(info.code))));
    }
    QJsonObject headers = replyHeaders(0);
    addHeader(headers, "Allow", "Allow");
    addHeader(headers, "Retry-After", "RetryAfter");
    return {{QStringLiteral("description"), titles.join(QLatin1Char(' '))},
            {QStringLiteral("headers"), headers},
            {QStringLiteral("content"), problemContent(examples)}};
}

QString problemReference(ProblemSet sent)
{
    QString table = QStringLiteral("| Status | Code | Meaning | May it be repeated? |\n|---|---|---|---|\n");
    for (const ProblemInfo &info : problemCatalogue()) {
        const QString kept = sent.contains(info.code) ? QString() : QStringLiteral(" (not sent by this version)");
        table += QStringLiteral("| %1 | `%2` | %3%4 | %5 |\n")
                     .arg(QString::number(info.status), QString(info.name), QString(info.title), kept, QString(info.repetition));
    }
    return table;
}

QString fieldCodeReference()
{
    QString table = QStringLiteral("| Code | Meaning |\n|---|---|\n");
    for (const FieldCodeInfo &info : fieldCodesOfRequests())
        table += QStringLiteral("| `%1` | %2 |\n").arg(QString(info.name), QString(info.meaning));
    return table;
}

} // namespace aegis::http
