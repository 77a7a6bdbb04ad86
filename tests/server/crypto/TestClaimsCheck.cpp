#include "server/crypto/ClaimsCheck.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestClaimsCheck : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void judges_data();
    void judges();
    void givesTheClaims();
    void expectsAnIssuerAndAnAudience();
};

static const Instant now = fromUnixSeconds(1'000'000);

static ClaimsCheck check()
{
    return {.issuer = QStringLiteral("aegis"), .audience = QStringLiteral("api"), .leeway = std::chrono::seconds(5)};
}

void TestClaimsCheck::judges_data()
{
    QTest::addColumn<QByteArray>("claims");
    QTest::addColumn<bool>("good");
    const auto row = [](const char *name, const char *claims, bool good) { QTest::newRow(name) << QByteArray(claims) << good; };
    row("all is right", R"({"iss":"aegis","aud":"api","iat":1000000,"exp":1000900})", true);
    row("one of several audiences", R"({"iss":"aegis","aud":["web","api"],"iat":1000000,"exp":1000900})", true);
    row("a fraction of a second", R"({"iss":"aegis","aud":"api","iat":999999.5,"exp":1000900.25})", true);
    row("expired within the leeway", R"({"iss":"aegis","aud":"api","iat":990000,"exp":999996})", true);
    row("expired just beyond the leeway", R"({"iss":"aegis","aud":"api","iat":990000,"exp":999995})", false);
    row("issued a little ahead", R"({"iss":"aegis","aud":"api","iat":1000005,"exp":1000900})", true);
    row("issued too far ahead", R"({"iss":"aegis","aud":"api","iat":1000006,"exp":1000900})", false);
    row("begins within the leeway", R"({"iss":"aegis","aud":"api","iat":1000000,"nbf":1000005,"exp":1000900})", true);
    row("begins later", R"({"iss":"aegis","aud":"api","iat":1000000,"nbf":1000006,"exp":1000900})", false);
    row("begins at a time that is none", R"({"iss":"aegis","aud":"api","iat":1000000,"nbf":"now","exp":1000900})", false);
    row("another issuer", R"({"iss":"Aegis","aud":"api","iat":1000000,"exp":1000900})", false);
    row("no issuer", R"({"aud":"api","iat":1000000,"exp":1000900})", false);
    row("another audience", R"({"iss":"aegis","aud":"web","iat":1000000,"exp":1000900})", false);
    row("other audiences", R"({"iss":"aegis","aud":["web",7],"iat":1000000,"exp":1000900})", false);
    row("no audience", R"({"iss":"aegis","iat":1000000,"exp":1000900})", false);
    row("no expiry", R"({"iss":"aegis","aud":"api","iat":1000000})", false);
    row("an expiry that is no number", R"({"iss":"aegis","aud":"api","iat":1000000,"exp":"1000900"})", false);
    row("an expiry beyond all time", R"({"iss":"aegis","aud":"api","iat":1000000,"exp":1e300})", false);
    row("an expiry before all time", R"({"iss":"aegis","aud":"api","iat":1000000,"exp":-1})", false);
    row("no time of issue", R"({"iss":"aegis","aud":"api","exp":1000900})", false);
    row("a subject that is no text", R"({"iss":"aegis","aud":"api","iat":1000000,"exp":1000900,"sub":7})", false);
    row("an identifier that is no text", R"({"iss":"aegis","aud":"api","iat":1000000,"exp":1000900,"jti":{}})", false);
    row("an array", "[]", false);
    row("no JSON", "claims", false);
    row("nothing", "", false);
}

void TestClaimsCheck::judges()
{
    QFETCH(QByteArray, claims);
    QFETCH(bool, good);

    const auto result = check().check(claims, now);

    QCOMPARE(result.ok(), good);
    if (!good)
        QCOMPARE(result.problem().code, ProblemCode::InvalidToken);
}

void TestClaimsCheck::givesTheClaims()
{
    const auto claims = check().check(R"({"iss":"aegis","aud":"api","iat":999999,"exp":1000900,"sub":"me","jti":"it","roles":["x"]})", now);

    QVERIFY_RESULT(claims);
    QCOMPARE(claims->subject, QStringLiteral("me"));
    QCOMPARE(claims->id, QStringLiteral("it"));
    QCOMPARE(toUnixSeconds(claims->issuedAt), 999999);
    QCOMPARE(toUnixSeconds(claims->expiresAt), 1000900);
    QVERIFY(claims->all.contains(QLatin1String("roles")));
}

void TestClaimsCheck::expectsAnIssuerAndAnAudience()
{
    const QByteArray claims = R"({"iss":"","aud":"","iat":1000000,"exp":1000900})";

    QVERIFY2(!ClaimsCheck{}.check(claims, now), "a check that nobody filled in refuses");
}

AEGIS_TEST(TestClaimsCheck)
#include "TestClaimsCheck.moc"
