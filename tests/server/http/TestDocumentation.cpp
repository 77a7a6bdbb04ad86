#include "server/crypto/Digest.h"
#include "server/http/documentation/DocsPage.h"
#include "server/http/documentation/Documentation.h"
#include "server/http/documentation/OpenApiDocument.h"
#include "tests/server/http/PipelineHarness.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>
#include <QtCore/QRegularExpression>
#include <QtCore/QXmlStreamReader>

using namespace aegis;
using test::PipelineHarness;

class TestDocumentation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hasEveryEndpoint();
    void everyReferenceResolves();
    void everyOperationHasItsProblemsWithExamples();
    void requestsAreClosedAndBounded();
    void examplesAreAcceptedByTheDecoder();
    void securityFollowsTheAccess();
    void formsAreTold();
    void headerFieldsOfAnswersAreTold();
    void unhealthyKeepsItsShapeBesideTheProblems();
    void saysWhatIsSent();
    void namesTheValuesThatThereAre();
    void pageNeedsNothingFromOutside();
    void pageIsAllowedItsOwnStyleOnly();
    void pageShowsEveryEndpointAndField();
    void pageIsWellFormed();
    void indentsJson_data();
    void indentsJson();
    void bothAreServed();

private:
    QJsonObject operation(std::string_view path, const char *method) const
    {
        return m_document.value(QLatin1String("paths"))[QString::fromUtf8(path.data(), qsizetype(path.size()))][QLatin1String(method)].toObject();
    }

    const http::ApiDescription m_api = http::ApiDescription::make();
    const QJsonObject m_document = http::openApiDocument(m_api);
    const http::DocsPage m_page = http::makeDocsPage(m_api);
};

static QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

/// The method as the document names it.
static const char *methodOf(const EndpointInfo &info)
{
    switch (*info.method) {
    case Method::Get:
        return "get";
    case Method::Post:
        return "post";
    case Method::Put:
        return "put";
    case Method::Patch:
        return "patch";
    case Method::Delete:
        break;
    }
    return "delete";
}

/// Calls the function with each object inside the value.
static void forEachObject(const QJsonValue &value, const std::function<void(const QJsonObject &)> &function)
{
    if (value.isArray()) {
        const QJsonArray array = value.toArray();
        for (const QJsonValue element : array)
            forEachObject(element, function);
    } else if (value.isObject()) {
        const QJsonObject object = value.toObject();
        function(object);
        for (const QJsonValue member : object)
            forEachObject(member, function);
    }
}

void TestDocumentation::hasEveryEndpoint()
{
    QCOMPARE(m_document.value(QLatin1String("openapi")).toString(), QStringLiteral("3.1.0"));
    QVERIFY(!m_document.value(QLatin1String("info"))[QLatin1String("version")].toString().isEmpty());
    for (const EndpointInfo *info : endpoints::All::infos) {
        const QJsonObject found = operation(*info->path, methodOf(*info));
        QCOMPARE(found.value(QLatin1String("operationId")).toString(), textOf(*info->operationId));
        QVERIFY(!found.value(QLatin1String("summary")).toString().isEmpty());
        QVERIFY(found.value(QLatin1String("responses")).toObject().contains(QString::number(*info->successStatus)));
        if (!info->security.empty())
            QVERIFY(found.value(QLatin1String("description")).toString().contains(textOf(info->security)));
    }
}

void TestDocumentation::everyReferenceResolves()
{
    int references = 0;
    forEachObject(m_document, [&](const QJsonObject &object) {
        const QString reference = object.value(QLatin1String("$ref")).toString();
        if (reference.isEmpty())
            return;
        ++references;
        QJsonValue at = m_document;
        const QStringList steps = reference.split(QLatin1Char('/')).mid(1);
        for (const QString &step : steps)
            at = at[step];
        QVERIFY2(at.isObject(), qPrintable(reference));
    });
    QVERIFY(references > 50);
}

void TestDocumentation::everyOperationHasItsProblemsWithExamples()
{
    for (const http::EndpointDescription &endpoint : m_api.endpoints) {
        const QJsonObject responses = operation(*endpoint.info->path, methodOf(*endpoint.info)).value(QLatin1String("responses")).toObject();
        for (const ProblemInfo &info : problemCatalogue()) {
            if (!endpoint.problems.contains(info.code))
                continue;
            const QJsonValue media = responses.value(QString::number(info.status))[QLatin1String(
                "content")][endpoint.info->access.needsClient() ? QLatin1String("application/json") : QLatin1String("application/problem+json")];
            const QJsonValue example = media[QLatin1String("examples")][QString(info.name)][QLatin1String("value")];
            QCOMPARE(example[QLatin1String("code")].toString(), QString(info.name));
            QCOMPARE(example[QLatin1String("status")].toInt(), info.status);
            QCOMPARE(example[QLatin1String("error")].isString(), endpoint.info->access.needsClient());
        }
        QVERIFY(responses.contains(QStringLiteral("500")));
    }
}

void TestDocumentation::requestsAreClosedAndBounded()
{
    const QJsonValue signup = m_document.value(QLatin1String("components"))[QLatin1String("schemas")][QLatin1String("SignupRequest")];

    QCOMPARE(signup[QLatin1String("additionalProperties")], QJsonValue(false));
    QCOMPARE(signup[QLatin1String("required")].toArray().size(), 6);
    QCOMPARE(signup[QLatin1String("properties")][QLatin1String("email")][QLatin1String("maxLength")].toInt(), 254);
    QCOMPARE(signup[QLatin1String("properties")][QLatin1String("email")][QLatin1String("format")].toString(), QStringLiteral("email"));

    const QJsonValue registration = m_document.value(QLatin1String("components"))[QLatin1String("schemas")][QLatin1String("RegisterRequest")];
    QCOMPARE(registration[QLatin1String("required")].toArray(), (QJsonArray{QStringLiteral("email"), QStringLiteral("password")}));

    const QJsonValue answer = m_document.value(QLatin1String("components"))[QLatin1String("schemas")][QLatin1String("AuthResponse")];
    QVERIFY2(answer[QLatin1String("required")].toArray().contains(QStringLiteral("organization")), "it is there, if only as null");

    const QJsonValue user = m_document.value(
        QLatin1String("components"))[QLatin1String("schemas")][QLatin1String("User")][QLatin1String("properties")];
    QCOMPARE(user[QLatin1String("id")][QLatin1String("format")].toString(), QStringLiteral("uuid"));
    QCOMPARE(user[QLatin1String("createdAt")][QLatin1String("format")].toString(), QStringLiteral("date-time"));
    QCOMPARE(user[QLatin1String("firstName")][QLatin1String("type")].toArray(), (QJsonArray{QStringLiteral("string"), QStringLiteral("null")}));
}

void TestDocumentation::examplesAreAcceptedByTheDecoder()
{
    int checked = 0;
    endpoints::All::forEach([&]<class E>() {
        if constexpr (takesBody<E>() && !takesForm<E>()) {
            const auto request = decode<typename E::Request>(m_api.schemas.at(Fields<typename E::Request>::name).example);
            QVERIFY_RESULT(request);
            ++checked;
        }
        if constexpr (HasFields<typename E::Response>) {
            if constexpr (hasFieldsIn<typename E::Response>(In::Body)) {
                const auto response = decode<typename E::Response>(m_api.schemas.at(Fields<typename E::Response>::name).example);
                QVERIFY_RESULT(response);
                ++checked;
            }
        }
    });
    QVERIFY(checked >= 12);
}

void TestDocumentation::securityFollowsTheAccess()
{
    for (const EndpointInfo *info : endpoints::All::infos) {
        const QJsonObject found = operation(*info->path, methodOf(*info));
        QCOMPARE(found.value(QLatin1String("security")).toArray().isEmpty(), info->access.kind() == Access::Kind::Public);
        QCOMPARE(found.value(QLatin1String("responses")).toObject().contains(QStringLiteral("401")) || !info->access.needsToken(), true);
        const QByteArray parameters = QJsonDocument(found.value(QLatin1String("parameters")).toArray()).toJson();
        QCOMPARE(parameters.contains("IdempotencyKey"), info->takesIdempotencyKey);
        QVERIFY(parameters.contains("CorrelationId"));
    }
}

void TestDocumentation::formsAreTold()
{
    const QJsonObject introspect = operation("/oauth/introspect", "post");
    const QJsonObject content = introspect.value(QLatin1String("requestBody"))[QLatin1String("content")].toObject();
    const QJsonValue schema = m_document.value(QLatin1String("components"))[QLatin1String("schemas")][QLatin1String("TokenRequest")];

    QCOMPARE(content.keys(), QStringList{QStringLiteral("application/x-www-form-urlencoded")});
    QCOMPARE(schema[QLatin1String("required")].toArray(), QJsonArray{QStringLiteral("token")});
    QCOMPARE(schema[QLatin1String("properties")].toObject().keys(),
             (QStringList{QStringLiteral("client_id"), QStringLiteral("client_secret"), QStringLiteral("token"), QStringLiteral("token_type_hint")}));
    QVERIFY(!schema.toObject().contains(QLatin1String("additionalProperties"))); // unknown ones are passed over
    QCOMPARE(introspect.value(QLatin1String("security")).toArray().at(0).toObject().keys(), QStringList{QStringLiteral("clientCredentials")});
    QVERIFY(m_page.html.contains("-u &quot;$CLIENT_ID:$CLIENT_SECRET&quot; \\\n  --data-urlencode 'token=eyJ"));
}

void TestDocumentation::headerFieldsOfAnswersAreTold()
{
    const QJsonValue verified = operation("/auth/verify", "get").value(QLatin1String("responses"))[QLatin1String("204")];

    for (const char *name : {"X-Auth-Subject", "X-Auth-Session", "X-Auth-Organization", "X-Auth-Roles", "X-Correlation-ID"})
        QVERIFY2(verified[QLatin1String("headers")].toObject().contains(QLatin1String(name)), name);
    QVERIFY(!verified.toObject().contains(QLatin1String("content")));
}

void TestDocumentation::saysWhatIsSent()
{
    const QJsonObject paths = m_document.value(QLatin1String("paths")).toObject();
    const auto responses = [&](const char *path) {
        return paths.value(QLatin1String(path))[QLatin1String("get")][QLatin1String("responses")].toObject();
    };
    const QJsonObject keys = responses("/.well-known/jwks.json");

    QVERIFY(keys.value(QLatin1String("200"))[QLatin1String("content")].toObject().contains(QLatin1String("application/jwk-set+json")));
    QVERIFY(keys.value(QLatin1String("200"))[QLatin1String("headers")].toObject().contains(QLatin1String("ETag")));
    QVERIFY(keys.contains(QLatin1String("304")));
    QVERIFY(!keys.value(QLatin1String("304")).toObject().contains(QLatin1String("content")));
    QVERIFY(!responses("/auth/me").contains(QLatin1String("304")));
    QVERIFY(responses("/metrics").contains(QLatin1String("404")));
    for (const EndpointInfo *info : endpoints::All::infos) {
        const std::string_view path = *info->path;
        const QString method = QString::fromLatin1(methodName(*info->method).data()).toLower();
        const QJsonValue operation = paths.value(QLatin1String(path.data(), qsizetype(path.size())))[method];
        QVERIFY2(operation.isObject(), path.data());
        QCOMPARE(operation[QLatin1String("responses")].toObject().contains(QLatin1String("429")), isLimited(*info->rateClass));
    }
}

void TestDocumentation::namesTheValuesThatThereAre()
{
    const QJsonValue schemas = m_document.value(QLatin1String("components"))[QLatin1String("schemas")];
    const auto property = [&](const char *schema, const char *name) {
        return schemas[QLatin1String(schema)][QLatin1String("properties")][QLatin1String(name)].toObject();
    };
    const QJsonObject slug = property("SignupRequest", "organizationSlug");

    QCOMPARE(property("User", "status").value(QLatin1String("enum")).toArray(),
             QJsonArray::fromStringList({QStringLiteral("active"), QStringLiteral("locked"), QStringLiteral("suspended")}));
    QCOMPARE(property("HealthResponse", "status").value(QLatin1String("enum")).toArray(),
             QJsonArray::fromStringList({QStringLiteral("ok"), QStringLiteral("failed")}));
    QCOMPARE(slug.value(QLatin1String("minLength")).toInt(), 3);
    QCOMPARE(slug.value(QLatin1String("maxLength")).toInt(), 63);
    QVERIFY(slug.contains(QLatin1String("pattern")));
}

void TestDocumentation::unhealthyKeepsItsShapeBesideTheProblems()
{
    const QJsonObject
        content = operation("/health/ready", "get").value(QLatin1String("responses"))[QLatin1String("503")][QLatin1String("content")].toObject();

    QVERIFY(content.contains(QLatin1String("application/json")));
    QVERIFY(content.contains(QLatin1String("application/problem+json")));
}

void TestDocumentation::pageNeedsNothingFromOutside()
{
    static const QRegularExpression outside(QStringLiteral("(src|href|action|url\\(|@import)[^>]*(https?:)?//"));

    QVERIFY(!outside.match(QString::fromUtf8(m_page.html)).hasMatch());
    QVERIFY(!m_page.html.contains("<script"));
    QVERIFY(!m_page.html.contains("style=\""));
}

void TestDocumentation::pageIsAllowedItsOwnStyleOnly()
{
    const qsizetype begin = m_page.html.indexOf("<style>") + 7;
    const QByteArray style = m_page.html.sliced(begin, m_page.html.indexOf("</style>") - begin);

    QVERIFY(m_page.contentSecurityPolicy.startsWith("default-src 'none';"));
    QVERIFY(m_page.contentSecurityPolicy.contains("style-src 'sha256-" + sha256(style).toBase64() + "'"));
    QVERIFY(m_page.contentSecurityPolicy.contains("frame-ancestors 'none'"));
    QVERIFY(!m_page.contentSecurityPolicy.contains("unsafe"));
    QVERIFY(style.contains("prefers-color-scheme:dark"));
}

void TestDocumentation::pageShowsEveryEndpointAndField()
{
    const QString html = QString::fromUtf8(m_page.html);
    for (const http::EndpointDescription &endpoint : m_api.endpoints) {
        QVERIFY(html.contains(QStringLiteral("<section id=\"%1\">").arg(textOf(*endpoint.info->operationId))));
        QVERIFY(html.contains(textOf(endpoint.info->security).toHtmlEscaped()) || textOf(endpoint.info->security).contains(QLatin1Char('`')));
    }
    for (const auto &[name, schema] : m_api.schemas) {
        for (const http::FieldDescription &field : schema.fields)
            QVERIFY(html.contains(QStringLiteral("<code>%1</code>").arg(textOf(field.name))));
    }
    QVERIFY(html.contains(QStringLiteral("curl -sS -X POST &quot;$AEGIS_URL/auth/login&quot;")));
    QVERIFY(html.contains(QStringLiteral("$AEGIS_URL/auth/organizations/slug-available/analytical-engines")));
}

void TestDocumentation::pageIsWellFormed()
{
    // The page's body keeps to XML's rules, so that a forgotten end tag or an unescaped text is noticed.
    const qsizetype begin = m_page.html.indexOf("<body>");
    QXmlStreamReader reader(m_page.html.sliced(begin, m_page.html.indexOf("</html>") - begin));
    while (!reader.atEnd())
        reader.readNext();

    QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
}

void TestDocumentation::indentsJson_data()
{
    QTest::addColumn<QByteArray>("compact");
    QTest::addColumn<QByteArray>("indented");
    QTest::newRow("object") << QByteArray(R"({"a":1,"b":"x"})") << QByteArray("{\n  \"a\": 1,\n  \"b\": \"x\"\n}");
    QTest::newRow("empty ones") << QByteArray(R"({"a":{},"b":[]})") << QByteArray("{\n  \"a\": {},\n  \"b\": []\n}");
    QTest::newRow("signs in strings") << QByteArray(R"(["{,:\"]"])") << QByteArray("[\n  \"{,:\\\"]\"\n]");
}

void TestDocumentation::indentsJson()
{
    QFETCH(QByteArray, compact);
    QFETCH(QByteArray, indented);

    QCOMPARE(http::indentedJson(compact), indented);
}

void TestDocumentation::bothAreServed()
{
    PipelineHarness harness;
    http::bindDocumentation(harness.api);

    const auto document = harness.ask(PipelineHarness::request("GET", "/openapi.json"));
    const auto page = harness.ask(PipelineHarness::request("GET", "/v1/docs"));
    const auto known = harness.ask(PipelineHarness::request("GET", "/docs", {{"If-None-Match", PipelineHarness::header(page, "ETag")}}));

    QCOMPARE(document.status, 200);
    QCOMPARE(PipelineHarness::header(document, "Content-Type"), QByteArray("application/json"));
    QCOMPARE(QJsonDocument::fromJson(document.body).object(), m_document);
    QCOMPARE(page.status, 200);
    QCOMPARE(PipelineHarness::header(page, "Content-Type"), QByteArray("text/html; charset=utf-8"));
    QCOMPARE(PipelineHarness::header(page, "Content-Security-Policy"), m_page.contentSecurityPolicy);
    QCOMPARE(page.body, m_page.html);
    QCOMPARE(known.status, 304);
}

AEGIS_TEST(TestDocumentation)
#include "TestDocumentation.moc"
