#include "shared/dto/AuthResponse.h"
#include "shared/dto/MeResponse.h"
#include "shared/dto/SlugAvailability.h"
#include "shared/dto/VerifyResponse.h"
#include "shared/json/HeaderEncoder.h"
#include "shared/json/JsonDecoder.h"
#include "shared/json/JsonEncoder.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestJsonEncoder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsTheDeclaredOrder();
    void writesNullOnlyWhereDeclared();
    void escapesWhatMustBe_data();
    void escapesWhatMustBe();
    void readsBackWhatItWrote();
    void putsHeaderFieldsNotIntoTheBody();
};

void TestJsonEncoder::keepsTheDeclaredOrder()
{
    const QByteArray json = encode(SlugAvailabilityResponse{.slug = QStringLiteral("acme"),
                                                            .available = false,
                                                            .reason = QStringLiteral("taken"),
                                                            .suggestions = QStringList{QStringLiteral("acme-2"), QStringLiteral("acme-3")}});

    QCOMPARE(json, QByteArray(R"({"slug":"acme","available":false,"reason":"taken","suggestions":["acme-2","acme-3"]})"));
}

void TestJsonEncoder::writesNullOnlyWhereDeclared()
{
    QCOMPARE(encode(SlugAvailabilityResponse{QStringLiteral("a"), true, {}, {}}), QByteArray(R"({"slug":"a","available":true})"));
    QVERIFY(encode(AuthResponse{}).contains(R"("organization":null,)"));
}

void TestJsonEncoder::escapesWhatMustBe_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("quote and backslash") << QStringLiteral("a\"b\\c") << QByteArray(R"("a\"b\\c")");
    QTest::newRow("controls") << QStringLiteral("\n\u0000\u001f").replace(QChar(0xfffd), QChar(0)) << QByteArray(R"("\u000a\u0000\u001f")");
    QTest::newRow("beyond ASCII") << QStringLiteral("\u00e9\U0001F600") << QByteArray("\"\xc3\xa9\xf0\x9f\x98\x80\"");
    QTest::newRow("nothing") << QString() << QByteArray("\"\"");
}

void TestJsonEncoder::escapesWhatMustBe()
{
    QFETCH(QString, text);
    QFETCH(QByteArray, json);
    JsonWriter writer;

    writer.string(text);

    QCOMPARE(writer.take(), json);
}

void TestJsonEncoder::readsBackWhatItWrote()
{
    const Instant now = fromUnixSeconds(1'800'000'000);
    AuthResponse sent;
    sent.user = {
        UserId::make(now), QStringLiteral("ada@example.com"), QStringLiteral("Ada \"the\" First"), std::nullopt, QStringLiteral("active"), true, now};
    sent.organization = OrganizationDto{OrganizationId::make(now), QStringLiteral("\u00c9ngines"), QStringLiteral("engines"),
                                        QStringLiteral("active"), now};
    sent.accessToken = Secret("abc.def.ghi");
    sent.refreshToken = Secret("jkl.mno.pqr");
    sent.expiresIn = 900;
    sent.refreshExpiresIn = 604800;
    sent.sessionId = SessionId::make(now);

    const auto got = decode<AuthResponse>(encode(sent));

    QVERIFY_RESULT(got);
    QCOMPARE(got->user.id, sent.user.id);
    QCOMPARE(got->user.firstName, sent.user.firstName);
    QCOMPARE(got->user.lastName, std::nullopt);
    QCOMPARE(got->user.createdAt, now);
    QCOMPARE(got->organization->name, sent.organization->name);
    QVERIFY(got->accessToken && got->accessToken->equals(*sent.accessToken));
    QVERIFY(got->refreshToken && got->refreshToken->equals(*sent.refreshToken));
    QCOMPARE(got->refreshExpiresIn, qint64(604800));
    QCOMPARE(got->sessionId, sent.sessionId);
}

void TestJsonEncoder::putsHeaderFieldsNotIntoTheBody()
{
    const VerifyResponse response{
        UserId::make(fromUnixSeconds(1)), SessionId::make(fromUnixSeconds(1)), std::nullopt, {QStringLiteral("A"), QStringLiteral("B")}};
    QByteArrayList lines;

    forEachHeader(response, [&](std::string_view name, const QByteArray &text) {
        lines.append(QByteArray(name.data(), qsizetype(name.size())) + ": " + text);
    });

    QCOMPARE(encode(response), QByteArray("{}"));
    QCOMPARE(lines,
             (QByteArrayList{"X-Auth-Subject: " + response.subject.text(), "X-Auth-Session: " + response.session.text(), "X-Auth-Roles: A,B"}));
}

AEGIS_TEST(TestJsonEncoder)
#include "TestJsonEncoder.moc"
