#include "server/crypto/Base64.h"
#include "server/http/ClientAuthenticator.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::http;

/// Bodies that are forms, and credentials of programs in them or beside them.
class TestFormFields : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void reads_data();
    void reads();
    void refuses_data();
    void refuses();
    void boundsTheNumber();
    void findsCredentials_data();
    void findsCredentials();
    void refusesCredentials_data();
    void refusesCredentials();

private:
    static Result<ClientCredentials> credentialsOf(const QByteArrayList &authorization, const QByteArray &body)
    {
        HttpRequest request;
        for (const QByteArray &value : authorization)
            request.headers.append("Authorization", value);
        return ClientCredentials::of(request, FormFields::parse(body).value());
    }
    static QByteArray basic(const QByteArray &pair) { return "Basic " + pair.toBase64(); }
};

void TestFormFields::reads_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("value"); // of `token`; null: absent
    QTest::newRow("nothing") << QByteArray() << QByteArray();
    QTest::newRow("a value") << QByteArray("token=abc") << QByteArray("abc");
    QTest::newRow("between others") << QByteArray("a=1&token=abc&b=2") << QByteArray("abc");
    QTest::newRow("an unknown one is no harm") << QByteArray("is_admin=true&token=abc") << QByteArray("abc");
    QTest::newRow("plus is a space") << QByteArray("token=a+b") << QByteArray("a b");
    QTest::newRow("an escaped plus is none") << QByteArray("token=a%2Bb") << QByteArray("a+b");
    QTest::newRow("escapes in either case") << QByteArray("token=%c3%A9") << QByteArray("\xc3\xa9");
    QTest::newRow("an escaped ampersand") << QByteArray("token=a%26token%3Db") << QByteArray("a&token=b");
    QTest::newRow("an equals sign in the value") << QByteArray("token=a=b") << QByteArray("a=b");
    QTest::newRow("an escaped name") << QByteArray("%74oken=abc") << QByteArray("abc");
    QTest::newRow("without a value") << QByteArray("token=") << QByteArray();
    QTest::newRow("without an equals sign") << QByteArray("token") << QByteArray();
    QTest::newRow("empty pairs") << QByteArray("&&token=abc&") << QByteArray("abc");
    QTest::newRow("the last escape at the end") << QByteArray("token=%41") << QByteArray("A");
}

void TestFormFields::reads()
{
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, value);

    const auto form = FormFields::parse(body);

    QVERIFY_RESULT(form);
    QCOMPARE(form->value("token").value_or(QByteArray()), value);
    QCOMPARE(form->value("token").has_value(), !value.isNull());
}

void TestFormFields::refuses_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("a parameter twice") << QByteArray("token=a&token=a");
    QTest::newRow("twice, once without a value") << QByteArray("token=a&token");
    QTest::newRow("twice, once escaped") << QByteArray("token=a&%74oken=b");
    QTest::newRow("an unknown one twice") << QByteArray("x=1&token=a&x=2");
    QTest::newRow("no name") << QByteArray("=a");
    QTest::newRow("an escape without digits") << QByteArray("token=%");
    QTest::newRow("an escape with one digit") << QByteArray("token=%4");
    QTest::newRow("an escape that is none") << QByteArray("token=%4g");
    QTest::newRow("an escape of another kind") << QByteArray("token=%u0041");
    QTest::newRow("an escaped NUL") << QByteArray("token=a%00b");
    QTest::newRow("NUL") << QByteArray("token=a\0b", 9);
    QTest::newRow("a line break that would inject a field") << QByteArray("token=a%0d%0aX-Evil:1");
    QTest::newRow("DEL") << QByteArray("token=%7f");
    QTest::newRow("no UTF-8") << QByteArray("token=%ff%fe");
    QTest::newRow("UTF-8 that is longer than need be") << QByteArray("token=%c0%af");
    QTest::newRow("a surrogate in UTF-8") << QByteArray("token=%ed%a0%80");
    QTest::newRow("half a character") << QByteArray("token=%c3");
}

void TestFormFields::refuses()
{
    QFETCH(QByteArray, body);

    const auto form = FormFields::parse(body);

    QVERIFY(!form.ok());
    QCOMPARE(form.problem().code, ProblemCode::MalformedForm);
    QVERIFY(!form.problem().detail.isEmpty());
}

void TestFormFields::boundsTheNumber()
{
    QByteArrayList pairs;
    for (std::size_t i = 0; i < FormFields::most; ++i)
        pairs.append("p" + QByteArray::number(static_cast<qulonglong>(i)) + "=1");

    QVERIFY_RESULT(FormFields::parse(pairs.join('&')));
    QVERIFY(!FormFields::parse(pairs.join('&') + "&one=more").ok());
}

void TestFormFields::findsCredentials_data()
{
    QTest::addColumn<QByteArrayList>("authorization");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("secret");
    const auto row = [](const char *name, const QByteArrayList &authorization, const char *body, const char *secret = "s3cret") {
        QTest::newRow(name) << authorization << QByteArray(body) << QByteArray(secret);
    };
    row("in the field", {basic("me:s3cret")}, "token=x");
    row("in the field, in capitals", {"BASIC " + QByteArray("me:s3cret").toBase64()}, "token=x");
    row("in the field, without padding", {"Basic " + QByteArray("me:s3cret").toBase64(QByteArray::OmitTrailingEquals)}, "token=x");
    row("in the field, encoded as RFC 6749 has it", {basic("me:a%3Ab+c")}, "token=x", "a:b c");
    row("a secret with a colon", {basic("me:a:b")}, "token=x", "a:b");
    row("in the form", {}, "client_id=me&client_secret=s3cret&token=x");
    row("the same id in both", {basic("me:s3cret")}, "client_id=me&token=x");
}

void TestFormFields::findsCredentials()
{
    QFETCH(QByteArrayList, authorization);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, secret);

    const auto credentials = credentialsOf(authorization, body);

    QVERIFY_RESULT(credentials);
    QCOMPARE(credentials->id, QByteArray("me"));
    QCOMPARE(credentials->secret.reveal(), QByteArrayView(secret));
}

void TestFormFields::refusesCredentials_data()
{
    QTest::addColumn<QByteArrayList>("authorization");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("code");
    const auto row = [](const char *name, const QByteArrayList &authorization, const char *body, ProblemCode code = ProblemCode::InvalidClient) {
        QTest::newRow(name) << authorization << QByteArray(body) << int(code);
    };
    row("none", {}, "token=x");
    row("half of them", {}, "client_id=me");
    row("the other half", {}, "client_secret=s3cret");
    row("a token of a person", {"Bearer abc"}, "token=x");
    row("no Base64", {"Basic !!!"}, "token=x");
    row("no colon", {basic("me")}, "token=x");
    row("nothing", {"Basic"}, "token=x");
    row("an escape that is none", {basic("me:%zz")}, "token=x");
    row("NUL", {basic(QByteArray("me:a\0b", 6))}, "token=x");
    row("two fields", {basic("me:s3cret"), basic("me:s3cret")}, "token=x", ProblemCode::MalformedRequest);
    row("two ways", {basic("me:s3cret")}, "client_secret=s3cret", ProblemCode::MalformedRequest);
    row("two ids", {basic("me:s3cret")}, "client_id=you", ProblemCode::MalformedRequest);
}

void TestFormFields::refusesCredentials()
{
    QFETCH(QByteArrayList, authorization);
    QFETCH(QByteArray, body);
    QFETCH(int, code);

    const auto credentials = credentialsOf(authorization, body);

    QVERIFY(!credentials.ok());
    QCOMPARE(int(credentials.problem().code), code);
}

AEGIS_TEST(TestFormFields)
#include "TestFormFields.moc"
