#include "server/crypto/Jws.h"

#include "server/crypto/Base64.h"
#include "tests/support/TestMain.h"
#include "tests/support/Vectors.h"

#include <QtCore/QJsonArray>

using namespace aegis;

class TestJws : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithTheRfcs();
    void agreesWithThePublishedVectors();
    void refusesAHeader_data();
    void refusesAHeader();
    void refusesAToken_data();
    void refusesAToken();
    void boundsTheLength();
};

/// A token that is signed by this key whatever its header says.
static QByteArray signedToken(const SigningKey &key, const QByteArray &header, const QByteArray &payload)
{
    const QByteArray input = base64Url(header) + '.' + base64Url(payload);
    return input + '.' + base64Url(*key.sign(input));
}

void TestJws::agreesWithTheRfcs()
{
    AEGIS_VECTORS(vectors, "jose_rfc.json");
    const QJsonArray tests = vectors.value(QLatin1String("jws")).toArray();
    QCOMPARE(tests.size(), 2);
    for (const QJsonValue &test : tests) {
        const auto key = SigningKey::fromJwk(test[QLatin1String("jwk")].toObject());
        QVERIFY_RESULT(key);

        const auto payload = verifyJws(test[QLatin1String("jws")].toString().toLatin1(), *key);

        QVERIFY_RESULT(payload);
        QVERIFY(payload->startsWith("Example of Ed25519") || payload->startsWith("{\"iss\":\"joe\""));
    }
}

/// Five published verdicts cannot hold for a strict reader. 259 has an empty payload, which no token of ours and no JWT has. 367 and
/// 370 are, byte for byte, the token of 357, which is valid (their padding was lost before publication). 372 and 373 hold a `?` inside
/// a part and are called valid, but a character outside the alphabet must be refused (RFC 7515, 2; RFC 4648, 3.3).
static bool expectedVerdict(int id, bool published)
{
    if (id == 367 || id == 370)
        return true;
    if (id == 259 || id == 372 || id == 373)
        return false;
    return published;
}

void TestJws::agreesWithThePublishedVectors()
{
    AEGIS_VECTORS(vectors, "wycheproof_jws.json");
    int judged = 0;
    int accepted = 0;
    for (const QJsonValue &group : vectors.value(QLatin1String("groups")).toArray()) {
        const auto key = SigningKey::fromJwk(group[QLatin1String("key")].toObject());
        for (const QJsonValue &test : group[QLatin1String("tests")].toArray()) {
            const QByteArray jws = test[QLatin1String("jws")].toString().toUtf8();
            const bool expected = expectedVerdict(test[QLatin1String("id")].toInt(), test[QLatin1String("r")] == QLatin1String("valid"));
            if (!key) { // PSS, longer hashes and P-521 are not for us, nor is a key that is meant for encryption
                const QString kty = group[QLatin1String("key")][QLatin1String("kty")].toString();
                const QString curve = group[QLatin1String("key")][QLatin1String("crv")].toString();
                QVERIFY2(!expected || kty == QLatin1String("RSA") || curve == QLatin1String("P-521"), jws.constData());
                continue;
            }

            const auto payload = verifyJws(jws, *key);

            QVERIFY2(payload.ok() == expected,
                     qPrintable(QString::number(test[QLatin1String("id")].toInt()) + QLatin1Char(' ') + test[QLatin1String("c")].toString()));
            ++judged;
            accepted += expected ? 1 : 0;
        }
    }
    QVERIFY(judged > 90);
    QVERIFY(accepted >= 13);
}

void TestJws::refusesAHeader_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::newRow("no algorithm") << QByteArray("{}");
    QTest::newRow("alg none") << QByteArray(R"({"alg":"none"})");
    QTest::newRow("another algorithm") << QByteArray(R"({"alg":"ES256"})");
    QTest::newRow("the algorithm in lower case") << QByteArray(R"({"alg":"hs256"})");
    QTest::newRow("an algorithm that is no text") << QByteArray(R"({"alg":["HS256"]})");
    QTest::newRow("something critical") << QByteArray(R"({"alg":"HS256","crit":["exp"],"exp":1})");
    QTest::newRow("an empty crit") << QByteArray(R"({"alg":"HS256","crit":[]})");
    QTest::newRow("an unencoded payload") << QByteArray(R"({"alg":"HS256","b64":false})");
    QTest::newRow("a kid that is no text") << QByteArray(R"({"alg":"HS256","kid":1})");
    QTest::newRow("a typ that is no text") << QByteArray(R"({"alg":"HS256","typ":null})");
    QTest::newRow("an array") << QByteArray(R"(["HS256"])");
    QTest::newRow("text behind it") << QByteArray(R"({"alg":"HS256"}x)");
    QTest::newRow("no JSON") << QByteArray("HS256");
}

void TestJws::refusesAHeader()
{
    QFETCH(QByteArray, header);
    const auto key = SigningKey::generate(SigningAlgorithm::Hs256);
    const QByteArray harmless = R"({"alg":"HS256","jku":"https://example.org"})";
    QVERIFY_RESULT(verifyJws(signedToken(*key, harmless, "{}"), *key));

    const auto payload = verifyJws(signedToken(*key, header, "{}"), *key);

    QVERIFY(!payload);
    QCOMPARE(payload.problem().code, ProblemCode::InvalidToken);
    QVERIFY2(payload.problem().detail.isEmpty(), "the client is not told why");
}

void TestJws::refusesAToken_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::newRow("a space in front") << QByteArray("^") << QByteArray(" ");
    QTest::newRow("a line break behind") << QByteArray("$") << QByteArray("\n");
    QTest::newRow("a NUL behind") << QByteArray("$") << QByteArray("\0", 1);
    QTest::newRow("padding") << QByteArray("$") << QByteArray("=");
    QTest::newRow("a fourth part") << QByteArray("$") << QByteArray(".");
    QTest::newRow("a part before the first") << QByteArray("^") << QByteArray(".");
}

void TestJws::refusesAToken()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    const auto key = SigningKey::generate(SigningAlgorithm::Hs256);
    const QByteArray good = signedToken(*key, R"({"alg":"HS256"})", "{}");
    QVERIFY_RESULT(verifyJws(good, *key));

    const auto payload = verifyJws(before == "^" ? after + good : good + after, *key);

    QVERIFY(!payload);
    QCOMPARE(payload.problem().code, ProblemCode::InvalidToken);
}

void TestJws::boundsTheLength()
{
    const auto key = SigningKey::generate(SigningAlgorithm::Hs256);
    const QByteArray header = R"({"alg":"HS256"})";
    const qsizetype overhead = signedToken(*key, header, "").size();
    const qsizetype room = (maximumTokenSize - overhead) * 3 / 4;

    QVERIFY_RESULT(verifyJws(signedToken(*key, header, QByteArray(room, 'p')), *key));
    QVERIFY(!verifyJws(signedToken(*key, header, QByteArray(room + 3, 'p')), *key));
    QVERIFY(!verifyJws(QByteArray(1 << 20, '.'), *key));
}

AEGIS_TEST(TestJws)
#include "TestJws.moc"
