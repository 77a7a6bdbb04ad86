#include "server/http/ProblemDocument.h"

#include "shared/json/JsonWriter.h"

namespace aegis::http {
namespace {

QByteArrayView view(QLatin1String text)
{
    return {text.data(), text.size()};
}

void writeErrors(JsonWriter &out, const std::vector<FieldError> &errors)
{
    out.key("errors");
    out.beginArray();
    for (const FieldError &error : errors) {
        out.beginObject();
        out.key("field");
        out.string(error.field);
        out.key("code");
        out.utf8(view(fieldCodeInfo(error.code).name));
        out.key("message");
        out.string(error.message);
        out.endObject();
    }
    out.endArray();
}

QByteArray challengeOf(ProblemCode code)
{
    if (code == ProblemCode::InvalidClient)
        return QByteArrayLiteral(R"(Basic realm="aegis")");
    if (code == ProblemCode::InvalidToken)
        return QByteArrayLiteral(R"(Bearer realm="aegis", error="invalid_token")");
    return QByteArrayLiteral(R"(Bearer realm="aegis")");
}

/// Without the characters that `error_description` may not have.
QByteArray plainDescription(const Problem &problem)
{
    const QByteArrayView title = view(problemInfo(problem.code).title);
    QByteArray text = problem.detail.isEmpty() ? title.toByteArray() : problem.detail.toUtf8();
    for (char &c : text) {
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
            c = '?';
    }
    return text;
}

} // namespace

QByteArrayView oauthError(ProblemCode code)
{
    switch (problemInfo(code).status) {
    case 401:
        return "invalid_client";
    case 429:
    case 503:
        return "temporarily_unavailable";
    case 500:
        return "server_error";
    default:
        return "invalid_request";
    }
}

QByteArray problemType(ProblemCode code)
{
    return QByteArray("urn:aegis:problem:").append(view(problemInfo(code).name));
}

HttpReply renderProblem(const Problem &problem, const CorrelationId &correlationId, ProblemForm form)
{
    const ProblemInfo &info = problemInfo(problem.code);
    JsonWriter out;
    out.beginObject();
    if (form == ProblemForm::OAuth) {
        out.key("error");
        out.utf8(oauthError(problem.code));
        out.key("error_description");
        out.utf8(plainDescription(problem));
    }
    out.key("type");
    out.utf8(problemType(problem.code));
    out.key("title");
    out.utf8(view(info.title));
    out.key("status");
    out.number(info.status);
    if (!problem.detail.isEmpty()) {
        out.key("detail");
        out.string(problem.detail);
    }
    out.key("code");
    out.utf8(view(info.name));
    out.key("correlationId");
    out.utf8(correlationId.text());
    if (!problem.fields.empty())
        writeErrors(out, problem.fields);
    if (!problem.current.isEmpty()) {
        out.key("current");
        out.json(problem.current);
    }
    out.endObject();

    HttpReply reply;
    reply.status = info.status;
    reply.headers.emplace_back(QByteArrayLiteral("Content-Type"),
                               form == ProblemForm::OAuth ? QByteArrayLiteral("application/json") : QByteArrayLiteral("application/problem+json"));
    if (info.status == 401)
        reply.headers.emplace_back(QByteArrayLiteral("WWW-Authenticate"), challengeOf(problem.code));
    if (problem.code == ProblemCode::Forbidden)
        reply.headers.emplace_back(QByteArrayLiteral("WWW-Authenticate"), QByteArrayLiteral(R"(Bearer realm="aegis", error="insufficient_scope")"));
    if (problem.retryAfter || info.status == 503) {
        const auto delay = problem.retryAfter.value_or(std::chrono::seconds(1));
        reply.headers.emplace_back(QByteArrayLiteral("Retry-After"), QByteArray::number(qint64(delay.count())));
    }
    reply.body = out.take();
    return reply;
}

} // namespace aegis::http
