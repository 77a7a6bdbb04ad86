#include "server/crypto/Base64.h"
#include "server/crypto/JwtSigner.h"
#include "server/crypto/JwtVerifier.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonDocument>

using namespace aegis;

Q_DECLARE_METATYPE(aegis::SigningAlgorithm)

class TestJwt : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void givesBackTheClaims_data();
    void givesBackTheClaims();
    void saysTypeAlgorithmAndKeyInTheHeader();
    void picksTheKeyByItsName();
    void takesTokensFromOtherSigners_data();
    void takesTokensFromOtherSigners();
    void refusesATokenOfAnotherType();
    void refusesAPublicKeyUsedAsASecret_data();
    void refusesAPublicKeyUsedAsASecret();
    void takesNoKeyFromTheHeader_data();
    void takesNoKeyFromTheHeader();
    void refusesEveryChangedCharacter();
};

static QByteArray textOf(const Result<Secret> &token)
{
    return token->reveal().toByteArray();
}

static QByteArray signedToken(const SigningKey &key, QByteArray header)
{
    header.replace("KID", key.kid());
    const QByteArray input = base64Url(header) + '.' + base64Url("{}");
    return input + '.' + base64Url(*key.sign(input));
}

void TestJwt::givesBackTheClaims_data()
{
    QTest::addColumn<SigningAlgorithm>("algorithm");
    QTest::newRow("ES256") << SigningAlgorithm::Es256;
    QTest::newRow("HS256") << SigningAlgorithm::Hs256;
    QTest::newRow("EdDSA") << SigningAlgorithm::EdDsa;
    QTest::newRow("RS256") << SigningAlgorithm::Rs256;
}

void TestJwt::givesBackTheClaims()
{
    QFETCH(SigningAlgorithm, algorithm);
    const auto key = SigningKey::generate(algorithm);
    QVERIFY_RESULT(key);
    const JwtSigner signer(*key, accessTokenType);
    const JwtVerifier verifier({*key}, accessTokenType);
    const QByteArray claims = R"({"sub":"somebody","name":"Zoë"})";

    const auto token = signer.sign(claims);

    QVERIFY_RESULT(token);
    const auto payload = verifier.verify(token->reveal());
    QVERIFY_RESULT(payload);
    QCOMPARE(*payload, claims);
}

void TestJwt::saysTypeAlgorithmAndKeyInTheHeader()
{
    const auto key = SigningKey::generate(SigningAlgorithm::Es256);
    const QByteArray token = textOf(JwtSigner(*key, accessTokenType).sign("{}"));

    const QJsonObject header = QJsonDocument::fromJson(*base64UrlDecode(token.first(token.indexOf('.')))).object();

    QCOMPARE(header.keys(), (QStringList{QStringLiteral("alg"), QStringLiteral("kid"), QStringLiteral("typ")}));
    QCOMPARE(header.value(QLatin1String("alg")).toString(), QStringLiteral("ES256"));
    QCOMPARE(header.value(QLatin1String("typ")).toString(), QStringLiteral("at+jwt"));
    QCOMPARE(header.value(QLatin1String("kid")).toString().toLatin1(), key->kid());
}

void TestJwt::picksTheKeyByItsName()
{
    const auto older = SigningKey::generate(SigningAlgorithm::Es256);
    const auto newer = SigningKey::generate(SigningAlgorithm::Es256);
    const auto stranger = SigningKey::generate(SigningAlgorithm::Es256);
    const JwtVerifier verifier({*older, *newer}, accessTokenType);

    QVERIFY_RESULT(verifier.verify(textOf(JwtSigner(*older, accessTokenType).sign("{}"))));
    QVERIFY_RESULT(verifier.verify(textOf(JwtSigner(*newer, accessTokenType).sign("{}"))));
    QCOMPARE(verifier.verify(textOf(JwtSigner(*stranger, accessTokenType).sign("{}"))).problem().code, ProblemCode::InvalidToken);
}

void TestJwt::takesTokensFromOtherSigners_data()
{
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<bool>("good");
    QTest::newRow("another order of members") << QByteArray(R"({"kid":"KID","typ":"at+jwt","alg":"ES256"})") << true;
    QTest::newRow("the type in capitals") << QByteArray(R"({"kid":"KID","typ":"AT+JWT","alg":"ES256"})") << true;
    QTest::newRow("the whole media type") << QByteArray(R"({"kid":"KID","typ":"application/at+jwt","alg":"ES256"})") << true;
    QTest::newRow("a member that is not known") << QByteArray(R"({"kid":"KID","typ":"at+jwt","alg":"ES256","x":1})") << true;
    QTest::newRow("no type") << QByteArray(R"({"kid":"KID","alg":"ES256"})") << false;
    QTest::newRow("no name of a key") << QByteArray(R"({"typ":"at+jwt","alg":"ES256"})") << false;
    QTest::newRow("another algorithm") << QByteArray(R"({"kid":"KID","typ":"at+jwt","alg":"EdDSA"})") << false;
    QTest::newRow("no algorithm") << QByteArray(R"({"kid":"KID","typ":"at+jwt","alg":"none"})") << false;
    QTest::newRow("something critical") << QByteArray(R"({"kid":"KID","typ":"at+jwt","alg":"ES256","crit":["x"],"x":1})") << false;
}

void TestJwt::takesTokensFromOtherSigners()
{
    QFETCH(QByteArray, header);
    QFETCH(bool, good);
    const auto key = SigningKey::generate(SigningAlgorithm::Es256);
    const JwtVerifier verifier({*key}, accessTokenType);

    QCOMPARE(verifier.verify(signedToken(*key, header)).ok(), good);
}

void TestJwt::refusesATokenOfAnotherType()
{
    const auto key = SigningKey::generate(SigningAlgorithm::Hs256);
    const JwtVerifier verifier({*key}, accessTokenType);

    const auto payload = verifier.verify(textOf(JwtSigner(*key, plainTokenType).sign("{}")));

    QVERIFY(!payload);
    QCOMPARE(payload.problem().code, ProblemCode::InvalidToken);
}

void TestJwt::refusesAPublicKeyUsedAsASecret_data()
{
    QTest::addColumn<SigningAlgorithm>("algorithm");
    QTest::newRow("ES256") << SigningAlgorithm::Es256;
    QTest::newRow("EdDSA") << SigningAlgorithm::EdDsa;
    QTest::newRow("RS256") << SigningAlgorithm::Rs256;
}

void TestJwt::refusesAPublicKeyUsedAsASecret()
{
    QFETCH(SigningAlgorithm, algorithm);
    const auto key = SigningKey::generate(algorithm);
    const QByteArray published = QJsonDocument(*key->publicJwk()).toJson(QJsonDocument::Compact);
    const auto forger = SigningKey::fromPrivate(SigningAlgorithm::Hs256, Secret(published));
    QByteArray header = R"({"alg":"HS256","typ":"at+jwt","kid":"KID"})";
    header.replace("KID", key->kid());

    const auto payload = JwtVerifier({*key}, accessTokenType).verify(signedToken(*forger, header));

    QVERIFY(!payload);
    QCOMPARE(payload.problem().code, ProblemCode::InvalidToken);
}

void TestJwt::takesNoKeyFromTheHeader_data()
{
    QTest::addColumn<QByteArray>("member");
    for (const char *member : {R"("jku":"http://127.0.0.1:1/jwks.json")", R"("x5u":"http://127.0.0.1:1/cert.pem")", R"("x5c":["MIIB"])",
                               R"("jwk":JWK)", R"("x5t":"AAAA")", R"("jwk":JWK,"jku":"http://127.0.0.1:1/jwks.json")"})
        QTest::newRow(member) << QByteArray(member);
}

void TestJwt::takesNoKeyFromTheHeader()
{
    QFETCH(QByteArray, member);
    const auto ours = SigningKey::generate(SigningAlgorithm::Es256);
    const auto theirs = SigningKey::generate(SigningAlgorithm::Es256);
    const JwtVerifier verifier({*ours}, accessTokenType);
    member.replace("JWK", QJsonDocument(*theirs->publicJwk()).toJson(QJsonDocument::Compact));
    const auto forged = [&](const SigningKey &named) {
        QByteArray header = R"({"alg":"ES256","typ":"at+jwt","kid":"NAME",)" + member + '}';
        header.replace("NAME", named.kid());
        const QByteArray input = base64Url(header) + '.' + base64Url("{}");
        return input + '.' + base64Url(*theirs->sign(input));
    };

    QCOMPARE(verifier.verify(forged(*theirs)).problem().code, ProblemCode::InvalidToken);
    QCOMPARE(verifier.verify(forged(*ours)).problem().code, ProblemCode::InvalidToken);
}

void TestJwt::refusesEveryChangedCharacter()
{
    const auto key = SigningKey::generate(SigningAlgorithm::Hs256);
    const JwtVerifier verifier({*key}, accessTokenType);
    const QByteArray good = textOf(JwtSigner(*key, accessTokenType).sign(R"({"sub":"somebody"})"));
    QVERIFY_RESULT(verifier.verify(good));

    for (qsizetype i = 0; i < good.size(); ++i) {
        QByteArray changed = good;
        changed[i] = good[i] == 'A' ? 'B' : 'A';
        QVERIFY2(!verifier.verify(changed), changed.constData());
        QVERIFY2(!verifier.verify(good.first(i)), "a token that is cut short");
    }
}

AEGIS_TEST(TestJwt)
#include "TestJwt.moc"
