#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"
#include "tests/server/sessions/SampleTokens.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestRefreshTokens : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theSameFactsGiveTheSameToken();
    void anyOtherFactGivesAnotherToken_data();
    void anyOtherFactGivesAnotherToken();
    void theClaimsAreThoseOfTheOldWay_data();
    void theClaimsAreThoseOfTheOldWay();
    void comesBackAsTheFacts();
    void readsOnlyTheFormThatItWrites_data();
    void readsOnlyTheFormThatItWrites();
    void passesOverAClaimOfANewerVersion();
    void belongsToTheOrganizationElseToThePerson();
    void expiresToTheSecond();
    void refusesClaims_data();
    void refusesClaims();
    void refusesOtherKindsOfTokens();
    void refusesWhatWasChanged();
    void isKeptAsItsHash();
    void wantsASecretThatIsLongEnough();

private:
    const RefreshTokens m_tokens = makeRefreshTokens();
    const SigningKey m_key = SigningKey::fromPrivate(SigningAlgorithm::Hs256, Secret(QByteArray(32, 'r'))).value(); // of m_tokens
};

void TestRefreshTokens::theSameFactsGiveTheSameToken()
{
    const RefreshTokenFacts facts = sampleFacts();
    RefreshTokenFacts sameSeconds = facts;
    sameSeconds.issuedAt += 999ms;
    sameSeconds.expiresAt += 1us;
    sameSeconds.sessionExpiresAt += 500ms;

    const QByteArray token = m_tokens.token(facts)->reveal().toByteArray();

    QCOMPARE(m_tokens.token(facts)->reveal().toByteArray(), token);
    QCOMPARE(makeRefreshTokens().token(sameSeconds)->reveal().toByteArray(), token);
    QVERIFY(makeRefreshTokens(QByteArray(32, 'x')).token(facts)->reveal().toByteArray() != token);
    QVERIFY(makeRefreshTokens(QByteArray(32, 'r'), QStringLiteral("other")).token(facts)->reveal().toByteArray() != token);
}

void TestRefreshTokens::anyOtherFactGivesAnotherToken_data()
{
    QTest::addColumn<int>("fact");
    QTest::newRow("person") << 0;
    QTest::newRow("session") << 1;
    QTest::newRow("organization") << 2;
    QTest::newRow("no organization") << 3;
    QTest::newRow("generation") << 4;
    QTest::newRow("nonce") << 5;
    QTest::newRow("issued at") << 6;
    QTest::newRow("expires at") << 7;
    QTest::newRow("end of the session") << 8;
}

void TestRefreshTokens::anyOtherFactGivesAnotherToken()
{
    QFETCH(int, fact);
    const RefreshTokenFacts facts = sampleFacts();
    RefreshTokenFacts other = facts;
    switch (fact) {
    case 0:
        other.user = UserId::make(sampleNow);
        break;
    case 1:
        other.session = SessionId::make(sampleNow);
        break;
    case 2:
        other.organization = OrganizationId::make(sampleNow);
        break;
    case 3:
        other.organization = {};
        break;
    case 4:
        ++other.generation;
        break;
    case 5:
        other.nonce[15] = 0;
        break;
    case 6:
        other.issuedAt += 1s;
        break;
    case 7:
        other.expiresAt += 1s;
        break;
    default:
        other.sessionExpiresAt += 1s;
    }

    QVERIFY(m_tokens.token(other)->reveal().toByteArray() != m_tokens.token(facts)->reveal().toByteArray());
}

void TestRefreshTokens::theClaimsAreThoseOfTheOldWay_data()
{
    QTest::addColumn<QString>("issuer");
    QTest::newRow("usual") << QStringLiteral("https://auth.example");
    QTest::newRow("none") << QString();
    QTest::newRow("with escapes") << QStringLiteral("\"\\/\n\u00fc\U0001F511") + QChar(0xd83d);
}

void TestRefreshTokens::theClaimsAreThoseOfTheOldWay()
{
    QFETCH(QString, issuer);
    const RefreshTokens tokens = makeRefreshTokens(QByteArray(32, 'r'), issuer);
    RefreshTokenFacts facts = sampleFacts();
    for (int round = 0; round < 2; ++round) {
        QJsonObject claims{
            {QStringLiteral("iss"), issuer},
            {QStringLiteral("sub"), QString::fromLatin1(facts.user.text())},
            {QStringLiteral("sid"), QString::fromLatin1(facts.session.text())},
            {QStringLiteral("gen"), 3},
            {QStringLiteral("jti"), QStringLiteral("AAECAwQFBgcICQoLDA3-_w.3")},
            {QStringLiteral("iat"), 1'800'000'000},
            {QStringLiteral("exp"), 1'800'600'000},
            {QStringLiteral("session_exp"), 1'802'000'000},
        };
        if (!facts.organization.isNil())
            claims.insert(QStringLiteral("org"), QString::fromLatin1(facts.organization.text()));

        const Secret token = tokens.token(facts).value();

        QVERIFY(token.equals(signedToken(m_key, claims, "rt+jwt")));
        QVERIFY_RESULT(tokens.read(token, sampleNow));
        facts.organization = {};
    }
}

void TestRefreshTokens::readsOnlyTheFormThatItWrites_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    const auto row = [](const char *name, const char *from, const char *to) { QTest::newRow(name) << QByteArray(from) << QByteArray(to); };
    row("white space", ",", ", ");
    row("a claim twice", "\"gen\":3", "\"gen\":3,\"gen\":4");
    row("a claim again at the end", "}", ",\"gen\":4}");
    row("a generation that is no integer", "\"gen\":3", "\"gen\":3.0");
    row("a generation beyond its type", "\"gen\":3", "\"gen\":4294967299");
    row("an end beyond all time", "1800600000", "999999999999999999");
    row("a negative end of the session", "1802000000", "-1");
    row("an issuer with another escape", "\"aegis\"", "\"\\u0061egis\"");
    row("a claim with another name", "\"iat\"", "\"iau\"");
    row("no nonce", "AAECAwQFBgcICQoLDA3-_w.3", "AAECAwQFBgcICQoLDA3-_w");
    row("an empty nonce", "AAECAwQFBgcICQoLDA3-_w.3", ".3");
    row("a nonce that is no base64url", "AAECAwQFBgcICQoLDA3-_w.3", "AAECAwQFBgcICQoLDA3+/w.3");
    row("something behind", "}", "}0");
    row("an end that is missing", "}", "");
    row("no object at all", "{", "[");
}

void TestRefreshTokens::readsOnlyTheFormThatItWrites()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    const Secret token = *m_tokens.token(sampleFacts());
    QByteArray claims = base64UrlDecode(token.reveal().toByteArray().split('.').at(1)).value();
    QVERIFY(claims.contains(from));

    claims.replace(from, to);

    const auto refused = m_tokens.read(JwtSigner(m_key, "rt+jwt").sign(claims).value(), sampleNow, RefreshTokens::Expired::Allowed);
    QVERIFY(!refused.ok());
    QCOMPARE(refused.problem().code, ProblemCode::InvalidRefreshToken);
}

void TestRefreshTokens::passesOverAClaimOfANewerVersion()
{
    QJsonObject claims = claimsIn(*m_tokens.token(sampleFacts()));
    claims.insert(QStringLiteral("client"), QStringLiteral("\"\u00fc\""));
    claims.insert(QStringLiteral("zoned"), 7);

    QVERIFY_RESULT(m_tokens.read(signedToken(m_key, claims, "rt+jwt"), sampleNow));
}

void TestRefreshTokens::comesBackAsTheFacts()
{
    RefreshTokenFacts facts = sampleFacts();
    for (int round = 0; round < 2; ++round) {
        const auto read = m_tokens.read(*m_tokens.token(facts), sampleNow);

        QVERIFY_RESULT(read);
        QCOMPARE(read->user, facts.user);
        QCOMPARE(read->session, facts.session);
        QCOMPARE(read->organization, facts.organization);
        QCOMPARE(read->generation, facts.generation);
        QCOMPARE(read->nonce, facts.nonce);
        QVERIFY(read->issuedAt == facts.issuedAt);
        QVERIFY(read->expiresAt == facts.expiresAt);
        QVERIFY(read->sessionExpiresAt == facts.sessionExpiresAt);
        facts.organization = {};
    }
}

void TestRefreshTokens::belongsToTheOrganizationElseToThePerson()
{
    RefreshTokenFacts facts = sampleFacts();
    QCOMPARE(facts.tenant().owner().uuid(), facts.organization.uuid());

    facts.organization = {};
    QCOMPARE(facts.tenant().owner().uuid(), facts.user.uuid());
}

void TestRefreshTokens::expiresToTheSecond()
{
    const RefreshTokenFacts facts = sampleFacts();
    const Secret token = *m_tokens.token(facts);

    QVERIFY_RESULT(m_tokens.read(token, facts.expiresAt - 1us));
    const auto expired = m_tokens.read(token, facts.expiresAt);
    QCOMPARE(expired.problem().code, ProblemCode::InvalidRefreshToken);
    QCOMPARE(expired.problem().internal, QStringLiteral("expired"));
    QVERIFY_RESULT(m_tokens.read(token, facts.expiresAt + 24h, RefreshTokens::Expired::Allowed));
}

void TestRefreshTokens::refusesClaims_data()
{
    QTest::addColumn<QString>("claim");
    QTest::addColumn<QJsonValue>("value"); // undefined: the claim is taken away
    const auto row = [](const char *name, const char *claim, const QJsonValue &value) { QTest::newRow(name) << QString::fromLatin1(claim) << value; };
    const QJsonValue none(QJsonValue::Undefined);
    row("another issuer", "iss", QStringLiteral("other"));
    row("no issuer", "iss", none);
    row("no person", "sub", none);
    row("a person that is no id", "sub", QStringLiteral("admin"));
    row("no session", "sid", none);
    row("no generation", "gen", none);
    row("generation zero", "gen", 0);
    row("a negative generation", "gen", -1);
    row("a generation that is text", "gen", QStringLiteral("3"));
    row("no end", "exp", none);
    row("an end that is text", "exp", QStringLiteral("1800600000"));
    row("no end of the session", "session_exp", none);
    row("no beginning", "iat", none);
    row("no nonce", "jti", none);
    row("an organization that is no id", "org", QStringLiteral("acme"));
    row("a list", "aud", QJsonArray{QStringLiteral("aegis")});
}

void TestRefreshTokens::refusesClaims()
{
    QFETCH(QString, claim);
    QFETCH(QJsonValue, value);
    const SigningKey key = SigningKey::fromPrivate(SigningAlgorithm::Hs256, Secret(QByteArray(32, 'r'))).value();
    QJsonObject claims = claimsIn(*m_tokens.token(sampleFacts()));
    QVERIFY_RESULT(m_tokens.read(signedToken(key, claims, "rt+jwt"), sampleNow));

    if (value.isUndefined())
        claims.remove(claim);
    else
        claims.insert(claim, value);

    const auto refused = m_tokens.read(signedToken(key, claims, "rt+jwt"), sampleNow);
    QVERIFY(!refused.ok());
    QCOMPARE(refused.problem().code, ProblemCode::InvalidRefreshToken);
}

void TestRefreshTokens::refusesOtherKindsOfTokens()
{
    // The worst case: one secret for both kinds.
    const SigningKey key = SigningKey::fromPrivate(SigningAlgorithm::Hs256, Secret(QByteArray(32, 'r'))).value();
    const KeyRing keys(KeySet::of({key}));
    const AccessTokens access(keys, {.issuer = QStringLiteral("aegis"), .audience = QStringLiteral("aegis")});
    const Secret accessToken = access.issue(sampleGrant(), sampleNow, sampleNow + 24h).value();
    const Secret refreshToken = *m_tokens.token(sampleFacts());
    QVERIFY_RESULT(access.verify(accessToken.reveal(), sampleNow));

    QCOMPARE(m_tokens.read(accessToken, sampleNow).problem().code, ProblemCode::InvalidRefreshToken);
    QCOMPARE(access.verify(refreshToken.reveal(), sampleNow).problem().code, ProblemCode::InvalidToken);
    QVERIFY(!makeRefreshTokens(QByteArray(32, 'x')).read(refreshToken, sampleNow).ok());
    QVERIFY(!m_tokens.read(Secret(QByteArray()), sampleNow).ok());
    QVERIFY(!m_tokens.read(Secret(QByteArray("a.b.c")), sampleNow).ok());
}

void TestRefreshTokens::refusesWhatWasChanged()
{
    const QByteArray original = m_tokens.token(sampleFacts())->reveal().toByteArray();

    for (qsizetype i = 0; i < original.size(); ++i) {
        QByteArray changed = original;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        const auto refused = m_tokens.read(Secret(changed), sampleNow, RefreshTokens::Expired::Allowed);
        QVERIFY2(!refused.ok(), qPrintable(QStringLiteral("changed at %1").arg(i)));
        QCOMPARE(refused.problem().code, ProblemCode::InvalidRefreshToken);
    }
}

void TestRefreshTokens::isKeptAsItsHash()
{
    const Secret token = *m_tokens.token(sampleFacts());

    QCOMPARE(RefreshTokens::hash(token), sha256(token.reveal()));
    QCOMPARE(RefreshTokens::hash(token).size(), 32);
}

void TestRefreshTokens::wantsASecretThatIsLongEnough()
{
    QVERIFY(!RefreshTokens::make(Secret(QByteArray(31, 'r')), QStringLiteral("aegis")).ok());
}

AEGIS_TEST(TestRefreshTokens)
#include "TestRefreshTokens.moc"
