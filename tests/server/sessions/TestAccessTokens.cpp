#include "server/crypto/Base64.h"
#include "server/crypto/Jws.h"
#include "tests/server/sessions/SampleTokens.h"
#include "tests/support/TestMain.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>

#include <thread>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestAccessTokens : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void saysWhatTheGrantSays();
    void theClaimsAreThoseOfTheOldWay();
    void leavesOutAnOrganizationThatIsNone();
    void comesBackAsTheGrant();
    void isValidToTheSecond_data();
    void isValidToTheSecond();
    void endsWithItsSession();
    void aShorterLifetimeWorksForOlderTokens();
    void refusesClaims_data();
    void refusesClaims();
    void refusesOtherKindsOfTokens();
    void refusesWhatWasChanged();
    void checksASignatureOnce();
    void forgetsTheExpiredFirst();
    void staysBoundedWhenAllAreAlive();
    void isUsedByManyThreads();
    void believesTheKeysOfTheMoment();

private:
    static AccessTokens::Options options(qsizetype remembered = 100)
    {
        return {.issuer = QStringLiteral("https://auth.example"), .audience = QStringLiteral("example"), .lifetime = 900s, .remembered = remembered};
    }
    Secret issue(const AccessTokens &tokens, Instant now = sampleNow) const { return tokens.issue(sampleGrant(), now, now + 24h).value(); }

    const SigningKey m_key = makeKey();
    KeyRing m_keys{KeySet::of({m_key})};
};

void TestAccessTokens::saysWhatTheGrantSays()
{
    const AccessTokens tokens(m_keys, options());
    const AccessGrant grant = sampleGrant();

    const Secret token = tokens.issue(grant, sampleNow, sampleNow + 24h).value();

    QJsonObject claims = claimsIn(token);
    QVERIFY(TokenId::parse(claims.take(QStringLiteral("jti")).toString().toLatin1()));
    const QJsonObject expected{
        {QStringLiteral("iss"), QStringLiteral("https://auth.example")},
        {QStringLiteral("aud"), QStringLiteral("example")},
        {QStringLiteral("sub"), QString::fromLatin1(grant.user.text())},
        {QStringLiteral("sid"), QString::fromLatin1(grant.session.text())},
        {QStringLiteral("org"), QString::fromLatin1(grant.organization.text())},
        {QStringLiteral("iat"), 1'800'000'000},
        {QStringLiteral("exp"), 1'800'000'900},
        {QStringLiteral("roles"), QJsonArray::fromStringList(grant.roles)},
        {QStringLiteral("amr"), QJsonArray::fromStringList(grant.authMethods)},
        {QStringLiteral("auth_time"), 1'799'996'400},
    };
    QCOMPARE(claims, expected);
}

void TestAccessTokens::theClaimsAreThoseOfTheOldWay()
{
    AccessTokens::Options odd = options();
    odd.issuer = QStringLiteral("\"\\/\n\u00fc\U0001F511") + QChar(0xd83d);
    odd.audience = QString();
    AccessGrant grant = sampleGrant();
    for (int round = 0; round < 2; ++round) {
        const Secret token = AccessTokens(m_keys, odd).issue(grant, sampleNow, sampleNow + 24h).value();

        // Qt writes what it has read in one way only.
        const QByteArray payload = base64UrlDecode(token.reveal().toByteArray().split('.').at(1)).value();
        QCOMPARE(payload, QJsonDocument(claimsIn(token)).toJson(QJsonDocument::Compact));
        QCOMPARE(claimsIn(token).value(QStringLiteral("iss")).toString(), odd.issuer);
        grant.organization = {};
        grant.roles = {};
    }
}

void TestAccessTokens::leavesOutAnOrganizationThatIsNone()
{
    const AccessTokens tokens(m_keys, options());
    AccessGrant grant = sampleGrant();
    grant.organization = {};

    const Secret token = tokens.issue(grant, sampleNow, sampleNow + 24h).value();

    QVERIFY(!claimsIn(token).contains(QStringLiteral("org")));
    const auto read = tokens.verify(token.reveal(), sampleNow);
    QVERIFY_RESULT(read);
    QVERIFY((*read)->organization.isNil());
}

void TestAccessTokens::comesBackAsTheGrant()
{
    const AccessTokens tokens(m_keys, options());
    const AccessGrant grant = sampleGrant();
    const Secret first = tokens.issue(grant, sampleNow, sampleNow + 24h).value();
    const Secret second = tokens.issue(grant, sampleNow, sampleNow + 24h).value();

    const auto read = tokens.verify(first.reveal(), sampleNow);
    const auto other = tokens.verify(second.reveal(), sampleNow);

    QVERIFY_RESULT(read);
    QVERIFY_RESULT(other);
    QCOMPARE((*read)->user, grant.user);
    QCOMPARE((*read)->session, grant.session);
    QCOMPARE((*read)->organization, grant.organization);
    QCOMPARE((*read)->roles, grant.roles);
    QCOMPARE((*read)->authMethods, grant.authMethods);
    QCOMPARE(toUnixSeconds((*read)->authTime), toUnixSeconds(grant.authTime));
    QCOMPARE(toUnixSeconds((*read)->issuedAt), std::int64_t(1'800'000'000));
    QCOMPARE(toUnixSeconds((*read)->expiresAt), std::int64_t(1'800'000'900));
    QVERIFY2((*read)->token != (*other)->token, "each token has an id of its own");
}

void TestAccessTokens::isValidToTheSecond_data()
{
    QTest::addColumn<qint64>("microseconds"); // after 1'800'000'000
    QTest::addColumn<bool>("valid");
    QTest::newRow("at once") << qint64(400'000) << true;
    QTest::newRow("just before the end") << qint64(899'999'999) << true;
    QTest::newRow("at the end") << qint64(900'000'000) << false;
    QTest::newRow("within the leeway for other people's clocks") << qint64(902'000'000) << false;
    QTest::newRow("long after") << qint64(9'000'000'000) << false;
}

void TestAccessTokens::isValidToTheSecond()
{
    QFETCH(qint64, microseconds);
    QFETCH(bool, valid);
    const AccessTokens fresh(m_keys, options());
    const AccessTokens remembering(m_keys, options());
    const Secret token = issue(fresh);
    QVERIFY_RESULT(remembering.verify(token.reveal(), sampleNow));
    const Instant then = fromUnixSeconds(1'800'000'000) + std::chrono::microseconds(microseconds);

    QCOMPARE(fresh.verify(token.reveal(), then).ok(), valid);
    const auto remembered = remembering.verify(token.reveal(), then);
    QCOMPARE(remembered.ok(), valid);
    if (!valid)
        QCOMPARE(remembered.problem().code, ProblemCode::InvalidToken);
}

void TestAccessTokens::endsWithItsSession()
{
    const AccessTokens tokens(m_keys, options());

    const Secret token = tokens.issue(sampleGrant(), sampleNow, fromUnixSeconds(1'800'000'060)).value();

    QCOMPARE(claimsIn(token).value(QStringLiteral("exp")).toInteger(), 1'800'000'060);
    QVERIFY_RESULT(tokens.verify(token.reveal(), fromUnixSeconds(1'800'000'059)));
    QVERIFY(!tokens.verify(token.reveal(), fromUnixSeconds(1'800'000'060)).ok());
}

void TestAccessTokens::aShorterLifetimeWorksForOlderTokens()
{
    const Secret token = issue(AccessTokens(m_keys, options()));
    AccessTokens::Options shorter = options();
    shorter.lifetime = 60s;
    const AccessTokens tokens(m_keys, shorter);

    QVERIFY_RESULT(tokens.verify(token.reveal(), fromUnixSeconds(1'800'000'059)));
    QVERIFY(!tokens.verify(token.reveal(), fromUnixSeconds(1'800'000'060)).ok());
    QVERIFY(!AccessTokens(m_keys, shorter).verify(token.reveal(), fromUnixSeconds(1'800'000'060)).ok());
}

void TestAccessTokens::refusesClaims_data()
{
    QTest::addColumn<QString>("claim");
    QTest::addColumn<QJsonValue>("value"); // undefined: the claim is taken away
    const auto row = [](const char *name, const char *claim, const QJsonValue &value) { QTest::newRow(name) << QString::fromLatin1(claim) << value; };
    const QJsonValue none(QJsonValue::Undefined);
    row("another issuer", "iss", QStringLiteral("https://evil.example"));
    row("an issuer that begins alike", "iss", QStringLiteral("https://auth.example.evil"));
    row("no issuer", "iss", none);
    row("another audience", "aud", QStringLiteral("other"));
    row("other audiences", "aud", QJsonArray{QStringLiteral("a"), QStringLiteral("b")});
    row("no audience", "aud", none);
    row("no subject", "sub", none);
    row("a subject that is no id", "sub", QStringLiteral("admin"));
    row("a nil subject", "sub", QStringLiteral("00000000-0000-0000-0000-000000000000"));
    row("no session", "sid", none);
    row("a session that is a number", "sid", 7);
    row("no id", "jti", none);
    row("no end", "exp", none);
    row("an end that is text", "exp", QStringLiteral("1800000900"));
    row("an end in the past", "exp", 1'799'999'999);
    row("no beginning", "iat", none);
    row("a beginning in the future", "iat", 1'800'000'100);
    row("not before the future", "nbf", 1'800'000'100);
}

void TestAccessTokens::refusesClaims()
{
    QFETCH(QString, claim);
    QFETCH(QJsonValue, value);
    const AccessTokens tokens(m_keys, options());
    QJsonObject claims = claimsIn(issue(tokens));
    QVERIFY_RESULT(tokens.verify(signedToken(m_key, claims, accessTokenType).reveal(), sampleNow));

    if (value.isUndefined())
        claims.remove(claim);
    else
        claims.insert(claim, value);

    const auto refused = tokens.verify(signedToken(m_key, claims, accessTokenType).reveal(), sampleNow);
    QVERIFY(!refused.ok());
    QCOMPARE(refused.problem().code, ProblemCode::InvalidToken);
    QVERIFY(!refused.problem().internal.isEmpty());
}

void TestAccessTokens::refusesOtherKindsOfTokens()
{
    const AccessTokens tokens(m_keys, options());
    const QJsonObject claims = claimsIn(issue(tokens));

    for (const QByteArrayView type : {plainTokenType, QByteArrayView("rt+jwt"), QByteArrayView("")})
        QVERIFY(!tokens.verify(signedToken(m_key, claims, type).reveal(), sampleNow).ok());
    QVERIFY(!tokens.verify(signedToken(makeKey(), claims, accessTokenType).reveal(), sampleNow).ok());
    QVERIFY(!tokens.verify("", sampleNow).ok());
    QVERIFY(!tokens.verify("a.b.c", sampleNow).ok());
    const auto tooLong = tokens.verify(QByteArray(maximumTokenSize + 1, 'a'), sampleNow);
    QCOMPARE(tooLong.problem().internal, QStringLiteral("too long"));
}

void TestAccessTokens::refusesWhatWasChanged()
{
    const AccessTokens tokens(m_keys, options());
    const Secret token = issue(tokens);
    QVERIFY_RESULT(tokens.verify(token.reveal(), sampleNow));
    const QByteArray original = token.reveal().toByteArray();

    for (qsizetype i = 0; i < original.size(); i += 7) {
        QByteArray changed = original;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        QVERIFY2(!tokens.verify(changed, sampleNow).ok(), qPrintable(QStringLiteral("changed at %1").arg(i)));
    }
    QVERIFY(!tokens.verify(original + ' ', sampleNow).ok());
    QVERIFY(!tokens.verify(original.chopped(1), sampleNow).ok());
}

void TestAccessTokens::checksASignatureOnce()
{
    const AccessTokens tokens(m_keys, options());
    const Secret token = issue(tokens);

    const auto first = tokens.verify(token.reveal(), sampleNow);
    const auto second = tokens.verify(token.reveal(), sampleNow + 1min);

    QVERIFY_RESULT(first);
    QVERIFY_RESULT(second);
    QCOMPARE(second->get(), first->get());
}

void TestAccessTokens::forgetsTheExpiredFirst()
{
    const AccessTokens tokens(m_keys, options(3));
    const Secret old = issue(tokens);
    const Instant later = sampleNow + 10min;
    const Secret younger = issue(tokens, later);
    const Secret youngest = issue(tokens, later);
    QVERIFY_RESULT(tokens.verify(old.reveal(), sampleNow));
    const auto kept = tokens.verify(younger.reveal(), later);
    QVERIFY_RESULT(tokens.verify(youngest.reveal(), later));

    const Instant afterTheFirst = sampleNow + 16min;
    QVERIFY_RESULT(tokens.verify(issue(tokens, afterTheFirst).reveal(), afterTheFirst));

    QCOMPARE(tokens.verify(younger.reveal(), afterTheFirst)->get(), kept->get());
    QVERIFY(!tokens.verify(old.reveal(), afterTheFirst).ok());
}

void TestAccessTokens::staysBoundedWhenAllAreAlive()
{
    const AccessTokens tokens(m_keys, options(2));
    const Secret first = issue(tokens);
    const auto before = tokens.verify(first.reveal(), sampleNow);
    for (int i = 0; i < 5; ++i)
        QVERIFY_RESULT(tokens.verify(issue(tokens).reveal(), sampleNow));

    const auto after = tokens.verify(first.reveal(), sampleNow);

    QVERIFY_RESULT(after);
    QVERIFY2(after->get() != before->get(), "it was forgotten and checked anew");
    QCOMPARE((*after)->token, (*before)->token);
}

void TestAccessTokens::isUsedByManyThreads()
{
    const AccessTokens tokens(m_keys, options(8)); // fewer than there are, so all is remembered and forgotten at once
    std::vector<Secret> all;
    for (int i = 0; i < 16; ++i)
        all.push_back(issue(tokens));
    std::atomic<int> good = 0;

    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                const auto read = tokens.verify(all[static_cast<std::size_t>(i) % all.size()].reveal(), sampleNow);
                good += read.ok() && (*read)->roles.size() == 2;
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();

    QCOMPARE(good.load(), 800);
}

void TestAccessTokens::believesTheKeysOfTheMoment()
{
    const AccessTokens tokens(m_keys, options());
    const Secret old = issue(tokens);
    const SigningKey next = makeKey();

    m_keys.replace(KeySet::of({next, m_key}));
    const Secret young = issue(tokens);
    QVERIFY_RESULT(tokens.verify(old.reveal(), sampleNow));
    QVERIFY_RESULT(tokens.verify(young.reveal(), sampleNow));

    const AccessTokens withoutMemory(m_keys, options());
    m_keys.replace(KeySet::of({next}));
    QVERIFY(!withoutMemory.verify(old.reveal(), sampleNow).ok());
    QVERIFY_RESULT(withoutMemory.verify(young.reveal(), sampleNow));
    QVERIFY2(!tokens.verify(old.reveal(), sampleNow).ok(), "it was remembered, and its key is gone");
    QVERIFY_RESULT(tokens.verify(young.reveal(), sampleNow));
    m_keys.replace(KeySet::of({m_key}));
}

AEGIS_TEST(TestAccessTokens)
#include "TestAccessTokens.moc"
