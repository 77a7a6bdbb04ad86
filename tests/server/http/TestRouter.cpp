#include "server/http/Router.h"
#include "shared/endpoints/Endpoints.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using http::Router;
using Kind = http::Router::Match::Kind;

Q_DECLARE_METATYPE(http::Router::Match::Kind)

class TestRouter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsEveryEndpointOfTheTable();
    void finds_data();
    void finds();
    void readsTheParametersOfATemplate();
    void saysWhatAnAddressAllows_data();
    void saysWhatAnAddressAllows();

private:
    const Router m_router{endpoints::All::infos};
};

void TestRouter::findsEveryEndpointOfTheTable()
{
    for (std::size_t index = 0; index < endpoints::All::size; ++index) {
        const EndpointInfo &info = *endpoints::All::infos[index];
        const std::string_view method = methodName(info.method);
        QByteArray path((*info.path).data(), qsizetype((*info.path).size()));
        path.replace("{slug}", "acme");
        for (const QByteArray &prefix : {QByteArray(), QByteArray("/v1")}) {
            const auto match = m_router.find(QByteArrayView(method.data(), qsizetype(method.size())), prefix + path);
            QVERIFY2(match.kind == Kind::Endpoint, path.constData());
            QCOMPARE(match.endpoint, index);
        }
    }
}

void TestRouter::finds_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<Kind>("kind");
    QTest::newRow("HEAD where there is GET") << QByteArray("HEAD") << QByteArray("/auth/me") << Kind::Endpoint;
    QTest::newRow("HEAD where there is no GET") << QByteArray("HEAD") << QByteArray("/auth/login") << Kind::MethodNotAllowed;
    QTest::newRow("another method") << QByteArray("GET") << QByteArray("/auth/login") << Kind::MethodNotAllowed;
    QTest::newRow("another method under /v1") << QByteArray("DELETE") << QByteArray("/v1/auth/login") << Kind::MethodNotAllowed;
    QTest::newRow("a method in lower case") << QByteArray("get") << QByteArray("/auth/me") << Kind::MethodNotAllowed;
    QTest::newRow("OPTIONS") << QByteArray("OPTIONS") << QByteArray("/auth/login") << Kind::Options;
    QTest::newRow("OPTIONS of the server") << QByteArray("OPTIONS") << QByteArray("*") << Kind::Options;
    QTest::newRow("GET of the server") << QByteArray("GET") << QByteArray("*") << Kind::NotFound;
    QTest::newRow("nothing there") << QByteArray("GET") << QByteArray("/auth/nothing") << Kind::NotFound;
    QTest::newRow("OPTIONS of nothing") << QByteArray("OPTIONS") << QByteArray("/auth/nothing") << Kind::NotFound;
    QTest::newRow("root") << QByteArray("GET") << QByteArray("/") << Kind::NotFound;
    QTest::newRow("empty") << QByteArray("GET") << QByteArray() << Kind::NotFound;
    QTest::newRow("prefix alone") << QByteArray("GET") << QByteArray("/v1") << Kind::NotFound;
    QTest::newRow("prefix and slash") << QByteArray("GET") << QByteArray("/v1/") << Kind::NotFound;
    QTest::newRow("prefix twice") << QByteArray("GET") << QByteArray("/v1/v1/auth/me") << Kind::NotFound;
    QTest::newRow("another version") << QByteArray("GET") << QByteArray("/v2/auth/me") << Kind::NotFound;
    QTest::newRow("slash at the end") << QByteArray("GET") << QByteArray("/auth/me/") << Kind::NotFound;
    QTest::newRow("doubled slash") << QByteArray("GET") << QByteArray("//auth/me") << Kind::NotFound;
    QTest::newRow("upper case") << QByteArray("GET") << QByteArray("/AUTH/ME") << Kind::NotFound;
    QTest::newRow("newline at the end") << QByteArray("GET") << QByteArray("/auth/me\n") << Kind::NotFound;
    QTest::newRow("NUL at the end") << QByteArray("GET") << QByteArray("/auth/me\0", 9) << Kind::NotFound;
    QTest::newRow("template without its parameter") << QByteArray("GET") << QByteArray("/auth/organizations/slug-available/") << Kind::NotFound;
    QTest::newRow("template cut short") << QByteArray("GET") << QByteArray("/auth/organizations/slug-available") << Kind::NotFound;
    QTest::newRow("template and more") << QByteArray("GET") << QByteArray("/auth/organizations/slug-available/a/b") << Kind::NotFound;
    QTest::newRow("template as written") << QByteArray("GET") << QByteArray("/auth/organizations/slug-available/{slug}") << Kind::Endpoint;
    QTest::newRow("template, another method") << QByteArray("POST") << QByteArray("/auth/organizations/slug-available/a") << Kind::MethodNotAllowed;
}

void TestRouter::finds()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(Kind, kind);

    QVERIFY(m_router.find(method, path).kind == kind);
}

void TestRouter::readsTheParametersOfATemplate()
{
    const auto match = m_router.find("GET", "/v1/auth/organizations/slug-available/a b\xc3\xa9");

    QVERIFY(match.kind == Kind::Endpoint);
    QCOMPARE(match.parameters.size(), std::size_t(1));
    QVERIFY(match.parameters.front().first == "slug");
    QCOMPARE(match.parameters.front().second, QByteArray("a b\xc3\xa9"));
}

void TestRouter::saysWhatAnAddressAllows_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("allow");
    QTest::newRow("POST only") << QByteArray("/auth/login") << QByteArray("POST, OPTIONS");
    QTest::newRow("GET brings HEAD") << QByteArray("/auth/me") << QByteArray("GET, HEAD, OPTIONS");
    QTest::newRow("template") << QByteArray("/auth/organizations/slug-available/a") << QByteArray("GET, HEAD, OPTIONS");
}

void TestRouter::saysWhatAnAddressAllows()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, allow);

    QCOMPARE(m_router.find("OPTIONS", path).allow, allow);
    QCOMPARE(m_router.find("PATCH", path).allow, allow);
}

AEGIS_TEST(TestRouter)
#include "TestRouter.moc"
