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
    void comesBackAsTheFacts();
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
