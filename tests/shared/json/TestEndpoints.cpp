#include "shared/endpoints/Endpoints.h"
#include "tests/support/TestMain.h"

#include <set>

using namespace aegis;

class TestEndpoints : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void operationIdsAndAddressesAreUnique();
    void pathParametersAreFieldsOfTheRequest();
    void everyTextOfARequestHasABound();
    void onlyTheListedOnesArePublic();
    void shapeBringsItsProblemsAlong();
};

void TestEndpoints::operationIdsAndAddressesAreUnique()
{
    std::set<std::string_view> ids;
    std::set<std::pair<std::string_view, std::string_view>> addresses;
    for (const EndpointInfo *info : endpoints::All::infos) {
        QVERIFY(ids.insert(*info->operationId).second);
        QVERIFY(addresses.insert({methodName(info->method), *info->path}).second);
        QVERIFY(info->path.operator std::string_view().starts_with('/'));
        QVERIFY(!info->summary.empty());
    }
}

void TestEndpoints::pathParametersAreFieldsOfTheRequest()
{
    endpoints::All::forEach([]<class E>() {
        std::string path(*E::info.path);
        forEachField<typename E::Request>([&](const auto &field) {
            if (field.rules.in != In::Path)
                return;
            const std::string placeholder = "{" + std::string(field.name) + "}";
            const auto at = path.find(placeholder);
            QVERIFY2(at != std::string::npos, placeholder.c_str());
            path.erase(at, placeholder.size());
        });
        QVERIFY2(path.find('{') == std::string::npos, path.c_str());
    });
}

void TestEndpoints::everyTextOfARequestHasABound()
{
    endpoints::All::forEach([]<class E>() {
        forEachField<typename E::Request>([](const auto &field) {
            using Type = typename std::remove_cvref_t<decltype(field)>::Type;
            constexpr bool isText =
                std::is_same_v<
                    Type,
                    QString> || std::is_same_v<Type, Secret> || std::is_same_v<Type, std::optional<QString>> || std::is_same_v<Type, std::optional<Secret>>;
            if constexpr (isText)
                QVERIFY2(field.rules.maxLength > 0, std::string(field.name).c_str());
        });
    });
}

void TestEndpoints::onlyTheListedOnesArePublic()
{
    std::set<std::string_view> open;
    for (const EndpointInfo *info : endpoints::All::infos) {
        if (info->access.kind() == Access::Kind::Public)
            open.insert(*info->operationId);
    }
    const std::set<std::string_view> expected{"authorizationServer",
                                              "signup",
                                              "register",
                                              "login",
                                              "refresh",
                                              "slugAvailable",
                                              "jwks",
                                              "openApi",
                                              "docs",
                                              "healthLive",
                                              "healthReady",
                                              "metrics",
                                              "mfaChallenge",
                                              "emailVerify",
                                              "emailResend",
                                              "passwordForgot",
                                              "passwordReset",
                                              "invitationLookup",
                                              "invitationAccept",
                                              "organizationSwitch"};
    QVERIFY(open == expected);
}

void TestEndpoints::shapeBringsItsProblemsAlong()
{
    QVERIFY(problemsOf<endpoints::Login>().contains(ProblemCode::MalformedJson));
    QVERIFY(problemsOf<endpoints::Login>().contains(ProblemCode::InvalidCredentials));
    QVERIFY(!problemsOf<endpoints::Login>().contains(ProblemCode::IdempotencyKeyReused));
    QVERIFY(problemsOf<endpoints::Signup>().contains(ProblemCode::IdempotencyKeyReused));
    QVERIFY(problemsOf<endpoints::Me>().contains(ProblemCode::Unauthenticated));
    QVERIFY(!problemsOf<endpoints::Me>().contains(ProblemCode::MalformedJson));
    QVERIFY(problemsOf<endpoints::Introspect>().contains(ProblemCode::InvalidClient));
    QVERIFY(problemsOf<endpoints::Introspect>().contains(ProblemCode::MalformedForm));
    QVERIFY(!problemsOf<endpoints::Introspect>().contains(ProblemCode::ValidationFailed));
    QVERIFY(!problemsOf<endpoints::Introspect>().contains(ProblemCode::Unauthenticated));
}

AEGIS_TEST(TestEndpoints)
#include "TestEndpoints.moc"
