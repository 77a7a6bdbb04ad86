#include "server/http/documentation/DocsPage.h"

#include "server/crypto/Digest.h"

namespace aegis::http {
namespace {

constexpr const char *style = R"css(
:root{color-scheme:light dark;--back:#fff;--text:#1c2430;--quiet:#5a6675;--line:#dde3ea;--code:#f4f6f9;--accent:#1757c2;--get:#0b6b3a;--post:#1757c2}
@media(prefers-color-scheme:dark){:root{--back:#12161c;--text:#e3e8ef;--quiet:#98a4b3;--line:#2a323d;--code:#1a2029;--accent:#7fb0ff;--get:#58c98b;--post:#7fb0ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.55 system-ui,sans-serif;display:grid;grid-template-columns:17rem minmax(0,1fr)}
nav{position:sticky;top:0;align-self:start;height:100vh;overflow:auto;padding:1.5rem 1rem;border-right:1px solid var(--line);font-size:.9rem}
nav ul{list-style:none;margin:.2rem 0 1rem;padding:0}nav li{margin:.15rem 0}nav strong{color:var(--quiet)}
main{padding:1.5rem 2rem 4rem;max-width:62rem}
a{color:var(--accent);text-decoration:none}a:hover,a:focus{text-decoration:underline}
section{border-top:1px solid var(--line);margin-top:2rem;padding-top:1rem}
h1{margin:.2rem 0}h2{margin:.4rem 0;font-size:1.3rem}h3{margin:1.2rem 0 .3rem;font-size:1rem}
code,pre{font:.875rem/1.5 ui-monospace,monospace;background:var(--code);border-radius:4px}
code{padding:.1rem .3rem;overflow-wrap:anywhere}pre{padding:.8rem 1rem;overflow:auto}pre code{padding:0;background:none;overflow-wrap:normal}
.call{display:flex;gap:.6rem;align-items:baseline;flex-wrap:wrap}.method{font-weight:700}.GET{color:var(--get)}.POST,.PUT,.PATCH,.DELETE{color:var(--post)}
.note{border-left:3px solid var(--accent);padding:.1rem .9rem;margin:.8rem 0}
.quiet{color:var(--quiet)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;vertical-align:top;padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line)}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto;border-right:0;border-bottom:1px solid var(--line)}main{padding:1rem}}
)css";

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// Text for HTML; what stands in backquotes becomes code.
QString prose(std::string_view text)
{
    const QStringList parts = textOf(text).toHtmlEscaped().split(QLatin1Char('`'));
    QString html;
    for (qsizetype i = 0; i < parts.size(); ++i)
        html += i % 2 ? QStringLiteral("<code>%1</code>").arg(parts[i]) : parts[i];
    return html;
}

QString code(const QString &text)
{
    return QStringLiteral("<code>") + text.toHtmlEscaped() + QStringLiteral("</code>");
}

QString block(const QString &text)
{
    return QStringLiteral("<pre tabindex=\"0\"><code>") + text.toHtmlEscaped() + QStringLiteral("</code></pre>\n");
}

QString fieldTable(const char *title, const std::vector<FieldDescription> &fields)
{
    if (fields.empty())
        return {};
    QString html = QStringLiteral("<h3>%1</h3>\n<div class=\"wide\"><table><tr><th>Name</th><th>Type</th><th>Meaning</th></tr>\n")
                       .arg(QLatin1String(title));
    for (const FieldDescription &field : fields) {
        const QString need = field.required ? QString() : QStringLiteral(" <span class=\"quiet\">optional</span>");
        html += QStringLiteral("<tr><td>") + code(textOf(field.name)) + need + QStringLiteral("</td><td>") + field.type.toHtmlEscaped()
            + QStringLiteral("</td><td>") + prose(field.description) + QStringLiteral("</td></tr>\n");
    }
    return html + QStringLiteral("</table></div>\n");
}

/// The fields of a DTO, or those that it is one of.
QString shapeOf(std::string_view name, const SchemaDescription &schema)
{
    if (schema.oneOf.empty())
        return fieldTable(std::string(name).c_str(), schema.fields);
    QStringList links;
    for (const std::string_view one : schema.oneOf)
        links.append(QStringLiteral("<a href=\"#schema-%1\">%1</a>").arg(textOf(one)));
    return QStringLiteral("<h3>%1</h3>\n<p>%2.</p>\n").arg(textOf(name), links.join(QStringLiteral(", or ")));
}

/// Single quotes for a shell.
QString quoted(const QString &text)
{
    QString inner = text;
    return QLatin1Char('\'') + inner.replace(QLatin1Char('\''), QStringLiteral("'\\''")) + QLatin1Char('\'');
}

QString curlOf(const EndpointDescription &endpoint, const Schemas &schemas)
{
    QString path = textOf(*endpoint.info->path);
    for (const FieldDescription &field : endpoint.parameters)
        path.replace(QLatin1Char('{') + textOf(field.name) + QLatin1Char('}'), textOf(field.example));
    QString line = QStringLiteral("curl -sS");
    if (*endpoint.info->method != Method::Get)
        line += QStringLiteral(" -X ") + textOf(methodName(endpoint.info->method));
    if (!endpoint.repliesContent)
        line += QStringLiteral(" -i");
    line += QStringLiteral(" \"$AEGIS_URL%1\"").arg(path);
    if (endpoint.info->access.needsToken())
        line += QStringLiteral(" \\\n  -H \"Authorization: Bearer $ACCESS_TOKEN\"");
    if (endpoint.info->access.needsClient())
        line += QStringLiteral(" \\\n  -u \"$CLIENT_ID:$CLIENT_SECRET\"");
    if (endpoint.info->takesIdempotencyKey)
        line += QStringLiteral(" \\\n  -H \"Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)\"");
    if (endpoint.requestIsForm) {
        for (const FieldDescription &field : schemas.at(endpoint.request).fields) {
            if (field.required)
                line += QStringLiteral(" \\\n  --data-urlencode ") + quoted(textOf(field.name) + QLatin1Char('=') + textOf(field.example));
        }
        return line;
    }
    if (!endpoint.request.empty() && !endpoint.info->bodyIsOptional)
        line += QStringLiteral(" \\\n  -H 'Content-Type: application/json' \\\n  -d ")
            + quoted(QString::fromUtf8(schemas.at(endpoint.request).example));
    return line;
}

QString accessOf(const Access &access)
{
    switch (access.kind()) {
    case Access::Kind::Public:
        return QStringLiteral("Anybody may call.");
    case Access::Kind::Bearer:
        return QStringLiteral("Needs an access token.");
    case Access::Kind::Client:
        return QStringLiteral("Needs the credentials of a program.");
    case Access::Kind::Permission:
        return QStringLiteral("Needs an access token with the permission %1.").arg(code(QString(permissionInfo(access.permission()).name)));
    }
    return {};
}

/// The problems of the set, or, with what may be repeated, all: those that are not in the set are not sent.
QString problemTable(ProblemSet problems, bool isReference = false)
{
    QString html = QStringLiteral("<div class=\"wide\"><table><tr><th>Status</th><th>Code</th><th>Meaning</th>%1</tr>\n")
                       .arg(isReference ? QStringLiteral("<th>May it be repeated?</th>") : QString());
    for (const ProblemInfo &info : problemCatalogue()) {
        const bool isMember = problems.contains(info.code);
        if (!isMember && !isReference)
            continue;
        html += QStringLiteral("<tr><td>%1</td><td>").arg(info.status) + code(QString(info.name)) + QStringLiteral("</td><td>")
            + QString(info.title).toHtmlEscaped();
        if (!isMember)
            html += QStringLiteral(" <span class=\"quiet\">(not sent by this version)</span>");
        if (isReference)
            html += QStringLiteral("</td><td>") + QString(info.repetition).toHtmlEscaped();
        html += QStringLiteral("</td></tr>\n");
    }
    return html + QStringLiteral("</table></div>\n");
}

/// What holds for all calls: every code that there is, and how a call is repeated.
QString referenceOf(const ApiDescription &api)
{
    QString html = QStringLiteral("<section id=\"problems\">\n<h2>Problem codes</h2>\n"
                                  "<p>Any call can be answered with any of them; more may be added.</p>\n")
        + problemTable(api.sent, true)
        + QStringLiteral("</section>\n<section id=\"field-codes\">\n<h2>Codes of fields</h2>\n"
                         "<p>The <code>code</code> of each element of <code>errors</code>, on 422; more may be added.</p>\n"
                         "<div class=\"wide\"><table><tr><th>Code</th><th>Meaning</th></tr>\n");
    for (const FieldCodeInfo &info : fieldCodesOfRequests())
        html += QStringLiteral("<tr><td>") + code(QString(info.name)) + QStringLiteral("</td><td>") + QString(info.meaning).toHtmlEscaped()
            + QStringLiteral("</td></tr>\n");
    return html + QStringLiteral("</table></div>\n</section>\n<section id=\"repeating\">\n<h2>Repeating a call</h2>\n<p>")
        + prose(api.idempotencyKey.description) + QStringLiteral("</p>\n</section>\n");
}

QString sectionOf(const EndpointDescription &endpoint, const ApiDescription &api)
{
    const EndpointInfo &info = *endpoint.info;
    const QString method = textOf(methodName(info.method));
    QString html = QStringLiteral("<section id=\"%1\">\n<h2>%2</h2>\n").arg(textOf(info.operationId), textOf(info.summary).toHtmlEscaped());
    html += QStringLiteral("<p class=\"call\"><span class=\"method %1\">%1</span> ").arg(method) + code(textOf(*info.path))
        + QStringLiteral("</p>\n");
    html += QStringLiteral("<p>") + prose(info.description) + QStringLiteral(" <span class=\"quiet\">") + accessOf(info.access)
        + QStringLiteral("</span></p>\n");
    if (!info.security.empty())
        html += QStringLiteral("<div class=\"note\"><p><strong>Security.</strong> ") + prose(info.security) + QStringLiteral("</p></div>\n");
    std::vector<FieldDescription> parameters = endpoint.parameters;
    if (info.takesIdempotencyKey)
        parameters.push_back(api.idempotencyKey);
    html += fieldTable("Parameters", parameters);
    if (!endpoint.request.empty())
        html += fieldTable(endpoint.requestIsForm    ? "Form"
                               : info.bodyIsOptional ? "Body (may be left out)"
                                                     : "Body",
                           api.schemas.at(endpoint.request).fields);
    html += QStringLiteral("<h3>Example</h3>\n") + block(curlOf(endpoint, api.schemas));
    html += QStringLiteral("<h3>Answer: %1</h3>\n").arg(*info.successStatus);
    html += fieldTable("Header fields", endpoint.replyHeaders);
    if (!endpoint.response.empty()) {
        html += block(QString::fromUtf8(indentedJson(endpoint.example)));
        html += QStringLiteral("<p class=\"quiet\">Fields: <a href=\"#schema-%1\">%1</a></p>\n").arg(textOf(endpoint.response));
    } else if (endpoint.repliesContent) {
        html += QStringLiteral("<p>") + code(textOf(info.contentType)) + QStringLiteral("</p>\n");
    }
    return html + QStringLiteral("<details><summary>Problems</summary>\n") + problemTable(endpoint.problems)
        + QStringLiteral("</details>\n</section>\n");
}

QString navigationOf(const ApiDescription &api)
{
    QString html = QStringLiteral("<nav aria-label=\"Calls\">\n");
    std::vector<std::string_view> tags;
    for (const EndpointDescription &endpoint : api.endpoints) {
        if (std::find(tags.begin(), tags.end(), endpoint.info->tag) == tags.end())
            tags.push_back(endpoint.info->tag);
    }
    for (const std::string_view tag : tags) {
        html += QStringLiteral("<strong>%1</strong>\n<ul>\n").arg(textOf(tag).toHtmlEscaped());
        for (const EndpointDescription &endpoint : api.endpoints) {
            if (endpoint.info->tag == tag)
                html += QStringLiteral("<li><a href=\"#%1\">%2</a></li>\n")
                            .arg(textOf(endpoint.info->operationId), textOf(endpoint.info->summary).toHtmlEscaped());
        }
        html += QStringLiteral("</ul>\n");
    }
    return html
        + QStringLiteral("<strong>Reference</strong>\n<ul><li><a href=\"#problems\">Problem codes</a></li>"
                         "<li><a href=\"#field-codes\">Codes of fields</a></li><li><a href=\"#repeating\">Repeating a call</a></li>"
                         "<li><a href=\"#schemas\">Shapes</a></li><li><a href=\"openapi.json\">OpenAPI "
                         "document</a></li></ul>\n</nav>\n");
}

const char *const introduction = R"html(<h1>Aegis API</h1>
<p>JSON in camelCase, times in RFC 3339 UTC, ids are UUIDs. Every path also answers under <code>/v1</code>. Unknown fields are refused.</p>
<p>A refusal is <code>application/problem+json</code> (RFC 9457): branch on its <code>code</code> (<a href="#problems">all of them</a>), quote its <code>correlationId</code> when you ask for help.
An <code>X-Correlation-ID</code> of yours (a UUID) is taken over. Calls that make something take an <code>Idempotency-Key</code>: see <a href="#repeating">Repeating a call</a>.</p>
<p>The examples need <code>AEGIS_URL</code>, the address that you read this at, <code>ACCESS_TOKEN</code> from a login, and <code>CLIENT_ID</code> with <code>CLIENT_SECRET</code> from <code>aegisd clients create</code>.
Calls with these take forms and tell refusals as OAuth has it (RFC 6749), with the same <code>code</code>.</p>
)html";

} // namespace

QByteArray indentedJson(QByteArrayView compact)
{
    QByteArray out;
    int depth = 0;
    bool inString = false;
    const auto newLine = [&] { out.append('\n').append(QByteArray(2 * depth, ' ')); };
    for (qsizetype i = 0; i < compact.size(); ++i) {
        const char c = compact[i];
        const bool opens = !inString && (c == '{' || c == '[');
        const bool closes = !inString && (c == '}' || c == ']');
        const bool wasEmpty = closes && i > 0 && (compact[i - 1] == '{' || compact[i - 1] == '[');
        if (closes && --depth >= 0 && !wasEmpty)
            newLine();
        out.append(c);
        if (inString && c == '\\' && i + 1 < compact.size())
            out.append(compact[++i]);
        else if (c == '"')
            inString = !inString;
        else if (opens && ++depth > 0 && i + 1 < compact.size() && compact[i + 1] != '}' && compact[i + 1] != ']')
            newLine();
        else if (!inString && c == ',')
            newLine();
        else if (!inString && c == ':')
            out.append(' ');
    }
    return out;
}

DocsPage makeDocsPage(const ApiDescription &api)
{
    QString html = QStringLiteral("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                                  "content=\"width=device-width, initial-scale=1\">"
                                  "<title>Aegis API</title><style>")
        + QLatin1String(style) + QStringLiteral("</style></head>\n<body>\n") + navigationOf(api) + QStringLiteral("<main>\n")
        + QLatin1String(introduction);
    for (const EndpointDescription &endpoint : api.endpoints)
        html += sectionOf(endpoint, api);
    html += referenceOf(api) + QStringLiteral("<section id=\"schemas\">\n<h2>Shapes</h2>\n");
    for (const auto &[name, schema] : api.schemas)
        html += QStringLiteral("<div id=\"schema-%1\">").arg(textOf(name)) + shapeOf(name, schema) + QStringLiteral("</div>\n");
    html += QStringLiteral("</section>\n</main>\n</body></html>\n");

    return {html.toUtf8(),
            "default-src 'none'; style-src 'sha256-" + sha256(style).toBase64() + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"};
}

} // namespace aegis::http
