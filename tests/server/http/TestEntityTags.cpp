#include "server/http/EntityTags.h"
#include "tests/support/TestMain.h"

using namespace aegis::http;

class TestEntityTags : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comparesAList_data();
    void comparesAList();
    void changesOnlyWhatMayBeRemembered_data();
    void changesOnlyWhatMayBeRemembered();
};

void TestEntityTags::comparesAList_data()
{
    QTest::addColumn<QByteArray>("list");
    QTest::addColumn<bool>("named");
    QTest::newRow("the tag") << QByteArray(R"("v1")") << true;
    QTest::newRow("the tag as a weak one") << QByteArray(R"(W/"v1")") << true;
    QTest::newRow("in a list") << QByteArray(R"("v0", W/"v1" ,"v2")") << true;
    QTest::newRow("any") << QByteArray(" * ") << true;
    QTest::newRow("another") << QByteArray(R"("v0")") << false;
    QTest::newRow("a longer one") << QByteArray(R"("v12")") << false;
    QTest::newRow("inside another") << QByteArray(R"("x\"v1\"")") << false;
    QTest::newRow("without quotes") << QByteArray("v1") << false;
    QTest::newRow("in a list without commas") << QByteArray(R"("v0" "v1")") << false;
    QTest::newRow("an open end") << QByteArray(R"("v1)") << false;
    QTest::newRow("a small w") << QByteArray(R"(w/"v1")") << false;
    QTest::newRow("nothing") << QByteArray() << false;
}

void TestEntityTags::comparesAList()
{
    QFETCH(QByteArray, list);

    QTEST(namesEntityTag(list, R"("v1")"), "named");
    QTEST(namesEntityTag(list, R"(W/"v1")"), "named");
}

void TestEntityTags::changesOnlyWhatMayBeRemembered_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("becomes");
    QTest::newRow("GET") << QByteArray("GET") << 200 << 304;
    QTest::newRow("HEAD") << QByteArray("HEAD") << 200 << 304;
    QTest::newRow("POST") << QByteArray("POST") << 200 << 200;
    QTest::newRow("a refusal") << QByteArray("GET") << 404 << 404;
}

void TestEntityTags::changesOnlyWhatMayBeRemembered()
{
    QFETCH(QByteArray, method);
    QFETCH(int, status);
    HttpRequest request;
    request.method = method;
    request.headers.append("If-None-Match", R"("v0")");
    request.headers.append("If-None-Match", R"("v1")");
    HttpReply reply{.status = status, .headers = {{"ETag", R"("v1")"}}, .body = "{}", .stream = {}};

    leaveOutWhatTheClientHas(request, reply);

    QTEST(reply.status, "becomes");
    QCOMPARE(reply.body.isEmpty(), reply.status == 304);
}

AEGIS_TEST(TestEntityTags)
#include "TestEntityTags.moc"
