#include "server/config/Settings.h"
#include "server/http/documentation/DocsPage.h"
#include "server/http/documentation/OpenApiDocument.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>

using namespace aegis;
using namespace std::chrono_literals;

/// What the documents say that a client can be answered with is what it can be answered with.
class TestDocumentedAnswers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyOperationSaysWhatAnyCallCanGet();
    void theListsOfCodesAreOpen();
    void everyCodeIsExplainedInBothDocuments();
    void retryAfterIsToldWhereItIsSent();
    void aRefreshIsForbiddenToOtherPagesAlone();
    void theExampleOfAnAnswerIsItsOwn_data();
    void theExampleOfAnAnswerIsItsOwn();
    void theTimesInExamplesAreTheDefaults();
    void anInvalidFieldIsOneOfTheRequest();
    void thePasswordRulesAreThoseOfThePolicy();
    void aRepeatedCallIsExplained();
    void settingsInSentencesAreDefaults();

private:
    QJsonObject responses(const char *path, const char *method) const
    {
        return m_document.value(QLatin1String("paths"))[QLatin1String(path)][QLatin1String(method)][QLatin1String("responses")].toObject();
    }
    static QJsonObject problemsIn(const QJsonValue &response)
    {
        return response[QLatin1String("content")][QLatin1String("application/problem+json")][QLatin1String("examples")].toObject();
    }
    QJsonValue component(const char *room, const char *name) const
    {
        return m_document.value(QLatin1String("components"))[QLatin1String(room)][QLatin1String(name)];
    }
    /// How many calls take an Idempotency-Key.
    static qsizetype callsWithKey()
    {
        return std::count_if(endpoints::All::infos.begin(), endpoints::All::infos.end(),
                             [](const EndpointInfo *info) { return info->takesIdempotencyKey; });
    }
    QString introduction() const { return m_document.value(QLatin1String("info"))[QLatin1String("description")].toString(); }

    const http::ApiDescription m_api = http::ApiDescription::make();
    const QJsonObject m_document = http::openApiDocument(m_api);
    const QString m_page = QString::fromUtf8(http::makeDocsPage(m_api).html);
};

void TestDocumentedAnswers::everyOperationSaysWhatAnyCallCanGet()
{
    const QJsonObject paths = m_document.value(QLatin1String("paths")).toObject();
    for (const QJsonValue path : paths) {
        const QJsonObject operations = path.toObject();
        for (const QJsonValue operation : operations)
            QCOMPARE(operation[QLatin1String("responses")][QLatin1String("default")][QLatin1String("$ref")].toString(),
                     QStringLiteral("#/components/responses/AnyProblem"));
    }
    const QJsonValue any = component("responses", "AnyProblem");
    const QJsonObject examples = problemsIn(any);
    for (const int status : {404, 405, 408, 413, 414, 417, 431, 501, 505}) {
        const bool told = std::any_of(examples.begin(), examples.end(), [&](const QJsonValue &example) {
            return example[QLatin1String("value")][QLatin1String("status")].toInt() == status;
        });
        QVERIFY2(told, QByteArray::number(status).constData());
        QVERIFY(any[QLatin1String("description")].toString().contains(QString::number(status)));
    }
    QVERIFY(any[QLatin1String("headers")].toObject().contains(QLatin1String("Allow")));
}

void TestDocumentedAnswers::theListsOfCodesAreOpen()
{
    const QJsonValue properties = component("schemas", "Problem")[QLatin1String("properties")];
    const QJsonObject code = properties[QLatin1String("code")].toObject();
    const QJsonObject fieldCode = properties[QLatin1String("errors")][QLatin1String("items")][QLatin1String("properties")][QLatin1String("code")]
                                      .toObject();

    for (const QJsonObject &list : {code, fieldCode}) {
        QCOMPARE(list.value(QLatin1String("type")).toString(), QStringLiteral("string"));
        QVERIFY2(!list.contains(QLatin1String("enum")), "a generated client would fail at a code that is added");
    }
    QCOMPARE(code.value(QLatin1String("x-extensible-enum")).toArray().size(), qsizetype(problemCatalogue().size()));
    QCOMPARE(fieldCode.value(QLatin1String("x-extensible-enum")).toArray().size(), qsizetype(fieldCodesOfRequests().size()));
    QVERIFY(fieldCode.value(QLatin1String("x-extensible-enum")).toArray().contains(QStringLiteral("password_contains_identity")));
}

void TestDocumentedAnswers::everyCodeIsExplainedInBothDocuments()
{
    for (const ProblemInfo &info : problemCatalogue()) {
        const QString status = QString::number(info.status);
        QVERIFY2(introduction().contains(QStringLiteral("| %1 | `%2` | %3").arg(status, QString(info.name), QString(info.title))), info.name.data());
        QVERIFY2(introduction().contains(QString(info.repetition)), info.name.data());
        QVERIFY2(m_page.contains(QStringLiteral("<td>%1</td><td><code>%2</code></td>").arg(status, QString(info.name))), info.name.data());
        QVERIFY2(m_page.contains(QString(info.repetition).toHtmlEscaped()), info.name.data());
    }
    for (const FieldCodeInfo &info : fieldCodesOfRequests()) {
        QVERIFY2(introduction().contains(QStringLiteral("| `%1` | %2 |").arg(QString(info.name), QString(info.meaning))), info.name.data());
        QVERIFY2(m_page.contains(QStringLiteral("<code>%1</code></td><td>%2").arg(QString(info.name), QString(info.meaning).toHtmlEscaped())),
                 info.name.data());
    }
    QVERIFY(!introduction().contains(QString(problemInfo(ProblemCode::Forbidden).title) + QStringLiteral(" (not sent by this version)")));
    QVERIFY(!introduction().contains(QString(problemInfo(ProblemCode::RateLimited).title) + QStringLiteral(" (not sent")));
    QVERIFY(!introduction().contains(QStringLiteral("There is nothing at this address (not sent")));
}

void TestDocumentedAnswers::retryAfterIsToldWhereItIsSent()
{
    const QJsonObject paths = m_document.value(QLatin1String("paths")).toObject();
    int told = 0;
    for (const QJsonValue path : paths) {
        const QJsonObject operations = path.toObject();
        for (const QJsonValue operation : operations) {
            const QJsonObject all = operation[QLatin1String("responses")].toObject();
            for (auto response = all.begin(); response != all.end(); ++response) {
                const bool isSent = response.key() == QLatin1String("503") || response.key() == QLatin1String("429")
                    || problemsIn(response.value()).contains(QLatin1String("idempotency_in_progress"));
                QCOMPARE(response.value()[QLatin1String("headers")].toObject().contains(QLatin1String("Retry-After")), isSent);
                told += isSent ? 1 : 0;
                if (response.key() == QLatin1String("429")) {
                    QVERIFY(response.value()[QLatin1String("headers")].toObject().contains(QLatin1String("RateLimit")));
                    QVERIFY(response.value()[QLatin1String("headers")].toObject().contains(QLatin1String("RateLimit-Policy")));
                }
            }
        }
    }
    const auto limited = std::count_if(endpoints::All::infos.begin(), endpoints::All::infos.end(),
                                       [](const EndpointInfo *info) { return isLimited(*info->rateClass); });
    QCOMPARE(told, int(endpoints::All::size) + int(limited) + int(callsWithKey())); // 503 everywhere, 429, and 409 of the calls with a key
}

void TestDocumentedAnswers::aRefreshIsForbiddenToOtherPagesAlone()
{
    QVERIFY(responses("/auth/refresh", "post").contains(QLatin1String("401")));
    QCOMPARE(problemsIn(responses("/auth/refresh", "post").value(QLatin1String("403"))).keys(),
             (QStringList{QStringLiteral("csrf_token_invalid"), QStringLiteral("origin_not_allowed")}));
    QVERIFY(responses("/auth/login", "post").contains(QLatin1String("403")));
}

void TestDocumentedAnswers::theExampleOfAnAnswerIsItsOwn_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("member");
    QTest::addColumn<QByteArray>("json");
    const auto row = [](const char *path, const char *method, const char *status, const char *member, const char *json) {
        QTest::addRow("%s %s: %s", path, status, member)
            << QByteArray(path) << QByteArray(method) << QByteArray(status) << QByteArray(member) << QByteArray(json);
    };
    row("/auth/register", "post", "201", "organization", "[null]");
    row("/auth/register", "post", "201", "user.email", R"(["grace@example.com"])");
    row("/auth/register", "post", "201", "user.firstName", R"(["Grace"])");
    row("/auth/signup", "post", "201", "organization.slug", R"(["analytical-engines"])");
    row("/auth/signup", "post", "201", "user.firstName", R"(["Ada"])");
    row("/auth/organizations/slug-available/{slug}", "get", "200", "suggestions",
        R"([["analytical-engines-hq","analytical-engines-team","analytical-engines-2"]])");
    row("/health/live", "get", "200", "status", R"(["ok"])");
    row("/health/live", "get", "200", "checks", "[[]]");
    row("/health/ready", "get", "200", "checks", R"([[{"name":"database","status":"ok"}]])");
    row("/health/ready", "get", "503", "status", R"(["failed"])");
    row("/health/ready", "get", "503", "checks", R"([[{"detail":"cannot be reached","name":"database","status":"failed"}]])");
}

void TestDocumentedAnswers::theExampleOfAnAnswerIsItsOwn()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, status);
    QFETCH(QByteArray, member);
    QFETCH(QByteArray, json);

    QJsonValue value = responses(path.constData(), method.constData())
                           .value(QLatin1String(status))[QLatin1String("content")][QLatin1String("application/json")][QLatin1String("example")];
    for (const QByteArray &name : member.split('.'))
        value = value[QLatin1String(name)];

    QCOMPARE(QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact), json);
}

void TestDocumentedAnswers::theTimesInExamplesAreTheDefaults()
{
    const Settings defaults = Settings::defaults();
    const QJsonObject session = QJsonDocument::fromJson(m_api.schemas.at("Session").example).object();
    const QJsonObject answer = QJsonDocument::fromJson(m_api.schemas.at("AuthResponse").example).object();
    const auto created = fromRfc3339(session.value(QLatin1String("createdAt")).toString().toUtf8());
    const auto expires = fromRfc3339(session.value(QLatin1String("expiresAt")).toString().toUtf8());

    QVERIFY(created && expires);
    QVERIFY(*expires - *created == defaults.sessionAbsoluteLifetime);
    QCOMPARE(answer.value(QLatin1String("expiresIn")).toInteger(), qint64(defaults.jwtAccessExpiration.count()));
    QCOMPARE(answer.value(QLatin1String("refreshExpiresIn")).toInteger(), qint64(defaults.jwtRefreshExpiration.count()));
}

void TestDocumentedAnswers::anInvalidFieldIsOneOfTheRequest()
{
    int checked = 0;
    for (const http::EndpointDescription &endpoint : m_api.endpoints) {
        if (!endpoint.problems.contains(ProblemCode::ValidationFailed))
            continue;
        const QByteArray path((*endpoint.info->path).data(), qsizetype((*endpoint.info->path).size()));
        const QJsonObject response = responses(path.constData(), QByteArray(methodName(*endpoint.info->method).data()).toLower().constData())
                                         .value(QLatin1String("422"))
                                         .toObject();
        const QJsonValue error = problemsIn(response)[QLatin1String("validation_failed")][QLatin1String("value")][QLatin1String("errors")][0];
        std::vector<http::FieldDescription> fields = endpoint.parameters;
        if (!endpoint.request.empty()) {
            const auto &ofBody = m_api.schemas.at(endpoint.request).fields;
            fields.insert(fields.end(), ofBody.begin(), ofBody.end());
        }
        const QByteArray name = error[QLatin1String("field")].toString().toUtf8();
        const auto field = std::find_if(fields.begin(), fields.end(),
                                        [&](const auto &one) { return name == QByteArrayView(one.name.data(), qsizetype(one.name.size())); });
        QVERIFY2(field != fields.end(), (path + ": " + name).constData());
        QCOMPARE(error[QLatin1String("code")].toString() == QLatin1String("required"), field->required && field->in == In::Body);
        ++checked;
        if (endpoint.problems.contains(ProblemCode::PasswordPolicy)) {
            const QJsonValue broken = problemsIn(response)[QLatin1String("password_policy")][QLatin1String("value")][QLatin1String("errors")][0];
            const QByteArray named = broken[QLatin1String("field")].toString().toUtf8();
            QVERIFY2(std::any_of(fields.begin(), fields.end(),
                                 [&](const auto &one) { return named == QByteArrayView(one.name.data(), qsizetype(one.name.size())); }),
                     (path + ": " + named).constData());
        }
    }
    QCOMPARE(checked, 65);
}

void TestDocumentedAnswers::thePasswordRulesAreThoseOfThePolicy()
{
    const Settings defaults = Settings::defaults();
    for (const char *schema : {"SignupRequest", "RegisterRequest"}) {
        const QString rules = component("schemas", schema)[QLatin1String("properties")][QLatin1String("password")][QLatin1String("description")]
                                  .toString();
        const PasswordPolicy policy(defaults.passwordPolicy, defaults.passwordMinScore);
        QVERIFY(rules.startsWith(QStringLiteral("At least %1 characters").arg(policy.minimumLength())));
        QVERIFY(rules.contains(QStringLiteral("at least %1 of any").arg(PasswordPolicy(PasswordPolicyKind::Nist).minimumLength())));
        QVERIFY(rules.contains(QStringLiteral("at most %1 ").arg(PasswordPolicy::maximumLength)));
        QVERIFY(policy.kind() == PasswordPolicyKind::Composition && rules.contains(QStringLiteral("an upper-case letter")));
        QVERIFY(m_page.contains(rules.toHtmlEscaped()));
    }
}

void TestDocumentedAnswers::aRepeatedCallIsExplained()
{
    const auto repliesReplayed = [&](const char *path, const char *status) {
        return responses(path, "post")
            .value(QLatin1String(status))[QLatin1String("headers")]
            .toObject()
            .contains(QLatin1String("Idempotency-Replayed"));
    };
    const QString text = component("parameters", "IdempotencyKey")[QLatin1String("description")].toString();

    QVERIFY(repliesReplayed("/auth/signup", "201"));
    QVERIFY(repliesReplayed("/auth/register", "201"));
    QVERIFY(!repliesReplayed("/auth/login", "200"));
    QVERIFY(text.contains(QStringLiteral("%1 to %2 visible ASCII").arg(shortestIdempotencyKey).arg(longestIdempotencyKey)));
    QCOMPARE(m_page.count(QStringLiteral("%1 to %2 visible ASCII").arg(shortestIdempotencyKey).arg(longestIdempotencyKey)), callsWithKey() + 1);
    QVERIFY(m_page.contains(QStringLiteral("<section id=\"repeating\">")));
}

void TestDocumentedAnswers::settingsInSentencesAreDefaults()
{
    const Settings defaults = Settings::defaults();
    const QString document = QString::fromUtf8(QJsonDocument(m_document).toJson());

    QCOMPARE(defaults.idempotencyTtl, std::chrono::seconds(24h));
    QCOMPARE(defaults.refreshGrace, std::chrono::milliseconds(10s));
    QCOMPARE(document.count(QStringLiteral("24 hours")), document.count(QStringLiteral("24 hours by default (IDEMPOTENCY_TTL)")));
    QCOMPARE(document.count(QStringLiteral("10 seconds")), document.count(QStringLiteral("(REFRESH_GRACE, by default 10 seconds)")));
    QCOMPARE(defaults.reauthenticationMaxAge, std::chrono::seconds(10min));
    QCOMPARE(document.count(QStringLiteral("10 minutes")), document.count(QStringLiteral("10 minutes by default (REAUTHENTICATION_MAX_AGE)")));
    QCOMPARE(defaults.mfaChallengeLifetime, std::chrono::seconds(5min));
    QCOMPARE(document.count(QStringLiteral(" 5 minutes")), document.count(QStringLiteral("5 minutes by default (MFA_CHALLENGE_LIFETIME)")));
    QCOMPARE(defaults.mfaPause, std::chrono::seconds(15min));
    QCOMPARE(defaults.mfaEnrolmentLifetime, std::chrono::seconds(15min));
    QCOMPARE(document.count(QStringLiteral("15 minutes")),
             document.count(QStringLiteral("15 minutes by default (MFA_ENROLMENT_LIFETIME)"))
                 + document.count(QStringLiteral("15 minutes (MFA_PAUSE)")));
    QCOMPARE(defaults.mfaMaxFailures, 5);
    QVERIFY(document.contains(QStringLiteral("After 5 wrong codes of the app by default (MFA_MAX_FAILURES)")));
    QCOMPARE(defaults.passwordResetTtl, std::chrono::seconds(30min));
    QCOMPARE(document.count(QStringLiteral("30 minutes")), document.count(QStringLiteral("PASSWORD_RESET_TTL (30 minutes by default)")));
    QVERIFY(document.contains(QStringLiteral("PASSWORD_RESET_TTL")));
    QVERIFY(document.contains(QStringLiteral("IDEMPOTENCY_TTL")));
    QVERIFY(document.contains(QStringLiteral("REFRESH_GRACE")));
}

AEGIS_TEST(TestDocumentedAnswers)
#include "TestDocumentedAnswers.moc"
