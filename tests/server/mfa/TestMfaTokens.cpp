#include "server/mfa/MfaTokens.h"
#include "tests/server/sessions/SampleTokens.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

class TestMfaTokens : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsItsOwnTokens();
    void refusesAllOthersAlike_data();
    void refusesAllOthersAlike();
    void noKindOfTokenPassesForAnother();

private:
    static MfaTokens tokens(char byte = 'r', const QString &issuer = QStringLiteral("aegis"))
    {
        return MfaTokens::make(Secret(QByteArray(32, byte)), issuer).value();
    }
    const MfaChallengeFacts m_facts{
        .user = UserId::make(sampleNow), .challenge = TokenId::make(sampleNow), .issuedAt = sampleNow, .expiresAt = sampleNow + 5min};
};

void TestMfaTokens::readsItsOwnTokens()
{
    const auto token = tokens().token(m_facts);
    QVERIFY_RESULT(token);

    const auto read = tokens().read(*token, sampleNow + 4min);

    QVERIFY_RESULT(read);
    QCOMPARE(read->user, m_facts.user);
    QCOMPARE(read->challenge, m_facts.challenge);
    QCOMPARE(toUnixSeconds(read->expiresAt), toUnixSeconds(m_facts.expiresAt));
}

void TestMfaTokens::refusesAllOthersAlike_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<int>("minutes");
    const QByteArray good = tokens().token(m_facts)->reveal().toByteArray();
    QTest::newRow("expired") << good << 5;
    QTest::newRow("another secret") << tokens('x').token(m_facts)->reveal().toByteArray() << 0;
    QTest::newRow("another issuer") << tokens('r', QStringLiteral("other")).token(m_facts)->reveal().toByteArray() << 0;
    QTest::newRow("without a person")
        << tokens().token({.user = {}, .challenge = m_facts.challenge, .issuedAt = sampleNow, .expiresAt = sampleNow + 5min})->reveal().toByteArray()
        << 0;
    QTest::newRow("changed") << good.chopped(2) + "AA" << 0;
    QTest::newRow("no token") << QByteArray("a.b.c") << 0;
    QTest::newRow("nothing") << QByteArray() << 0;
}

void TestMfaTokens::refusesAllOthersAlike()
{
    QFETCH(QByteArray, token);
    QFETCH(int, minutes);

    const auto read = tokens().read(Secret(token), sampleNow + std::chrono::minutes(minutes));

    QVERIFY(!read);
    QCOMPARE(read.problem().code, ProblemCode::InvalidMfaToken);
    QCOMPARE(read.problem().detail, QString());
}

void TestMfaTokens::noKindOfTokenPassesForAnother()
{
    const auto refresh = makeRefreshTokens().token(sampleFacts());
    QVERIFY_RESULT(refresh);
    const auto challenge = tokens().token(m_facts);
    QVERIFY_RESULT(challenge);

    QVERIFY(!tokens().read(*refresh, sampleNow));
    QVERIFY(!makeRefreshTokens().read(*challenge, sampleNow));
}

AEGIS_TEST(TestMfaTokens)
#include "TestMfaTokens.moc"
