#include "server/sessions/RevocationList.h"
#include "tests/support/TestMain.h"

#include <thread>

using namespace aegis;
using namespace std::chrono_literals;

class TestRevocationList : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void knowsSessionsAndTokens();
    void endsTheSessionsOfAnOwnerFromBeforeAMoment_data();
    void endsTheSessionsOfAnOwnerFromBeforeAMoment();
    void theLongerTimeWins_data();
    void theLongerTimeWins();
    void forgetsWhatHasExpired();
    void isOldUntilTheFeedHasSpoken();
    void isReadWhileItIsWritten();

private:
    static AccessGrant grant(Instant openedAt)
    {
        return {.user = UserId::make(openedAt),
                .session = SessionId::make(openedAt),
                .organization = OrganizationId::make(openedAt),
                .roles = {},
                .authMethods = {},
                .token = TokenId::make(openedAt)};
    }
    Revocation of(RevocationKind kind, const QUuid &subject, std::chrono::microseconds lasts = 1h) const
    {
        return {.kind = kind, .subject = subject, .notBefore = m_now, .expiresAt = m_now + lasts};
    }

    const Instant m_now = fromUnixSeconds(1'800'000'000);
};

void TestRevocationList::knowsSessionsAndTokens()
{
    const AccessGrant ended = grant(m_now);
    const AccessGrant alive = grant(m_now);
    AccessGrant anotherToken = ended;
    anotherToken.token = TokenId::make(m_now);
    RevocationList list;
    QVERIFY(!list.isRevoked(ended));

    list.revoke(of(RevocationKind::Token, ended.token.uuid()));
    QVERIFY(list.isRevoked(ended));
    QVERIFY(!list.isRevoked(anotherToken));

    list.revoke(of(RevocationKind::Session, ended.session.uuid()));
    QVERIFY(list.isRevoked(anotherToken));
    QVERIFY(!list.isRevoked(alive));
    QCOMPARE(list.size(), 2);
}

void TestRevocationList::endsTheSessionsOfAnOwnerFromBeforeAMoment_data()
{
    QTest::addColumn<bool>("isPerson");
    QTest::newRow("a person") << true;
    QTest::newRow("an organization") << false;
}

void TestRevocationList::endsTheSessionsOfAnOwnerFromBeforeAMoment()
{
    QFETCH(bool, isPerson);
    const Instant opened = m_now + std::chrono::hours(isPerson ? 1 : 2); // ids never go back in time, so later than those of the other tests
    const AccessGrant before = grant(opened);
    const AccessGrant another = grant(opened);
    AccessGrant after = before;
    after.session = SessionId::make(opened + 1ms);
    RevocationList list;

    list.revoke({.kind = isPerson ? RevocationKind::User : RevocationKind::Organization,
                 .subject = isPerson ? before.user.uuid() : before.organization.uuid(),
                 .notBefore = opened + 1ms,
                 .expiresAt = opened + 1h});

    QVERIFY(list.isRevoked(before));
    QVERIFY2(!list.isRevoked(after), "opened afterwards");
    QVERIFY2(!list.isRevoked(another), "somebody else's");
    QCOMPARE(list.size(), 1);
    list.forgetExpired(opened + 1h);
    QVERIFY(!list.isRevoked(before));
}

void TestRevocationList::theLongerTimeWins_data()
{
    QTest::addColumn<int>("firstHours");
    QTest::addColumn<int>("secondHours");
    QTest::newRow("the longer one first") << 2 << 1;
    QTest::newRow("the longer one last") << 1 << 2;
}

void TestRevocationList::theLongerTimeWins()
{
    QFETCH(int, firstHours);
    QFETCH(int, secondHours);
    const AccessGrant ended = grant(m_now);
    RevocationList list;

    list.revoke(of(RevocationKind::Session, ended.session.uuid(), std::chrono::hours(firstHours)));
    list.revoke(of(RevocationKind::Session, ended.session.uuid(), std::chrono::hours(secondHours)));

    list.forgetExpired(m_now + 90min);
    QVERIFY(list.isRevoked(ended));
    list.forgetExpired(m_now + 2h);
    QVERIFY(!list.isRevoked(ended));
}

void TestRevocationList::forgetsWhatHasExpired()
{
    const AccessGrant early = grant(m_now);
    const AccessGrant late = grant(m_now);
    RevocationList list;
    list.revoke(of(RevocationKind::Session, early.session.uuid(), 1h));
    list.revoke(of(RevocationKind::Session, late.session.uuid(), 1h + 1us));

    list.forgetExpired(m_now + 1h - 1us);
    QCOMPARE(list.size(), 2);
    list.forgetExpired(m_now + 1h);

    QCOMPARE(list.size(), 1);
    QVERIFY(!list.isRevoked(early));
    QVERIFY(list.isRevoked(late));
}

void TestRevocationList::isOldUntilTheFeedHasSpoken()
{
    RevocationList list;
    QVERIFY(list.age() >= 24h);

    list.markFresh(std::chrono::steady_clock::now() - 1h);
    QVERIFY(list.age() >= 1h && list.age() < 2h);
    list.markFresh(std::chrono::steady_clock::now());

    QVERIFY(list.age() < 10s);
    QVERIFY(list.age() >= 0ms);
}

void TestRevocationList::isReadWhileItIsWritten()
{
    const AccessGrant ended = grant(m_now);
    RevocationList list;
    list.revoke(of(RevocationKind::Session, ended.session.uuid()));
    std::atomic<bool> missed = false;

    std::thread writer([&] {
        for (int i = 0; i < 2000; ++i) {
            list.revoke(of(i % 4 < 2 ? RevocationKind::Token : RevocationKind::User, TokenId::make(m_now).uuid(), std::chrono::seconds(i % 2)));
            list.forgetExpired(m_now);
            list.markFresh(std::chrono::steady_clock::now());
        }
    });
    std::vector<std::thread> readers;
    for (int reader = 0; reader < 2; ++reader) {
        readers.emplace_back([&] {
            for (int i = 0; i < 5000; ++i)
                missed = missed || !list.isRevoked(ended) || list.age() < 0ms;
        });
    }
    writer.join();
    for (std::thread &reader : readers)
        reader.join();

    QVERIFY(!missed);
    QCOMPARE(list.size(), 1001); // those whose second has not come, and the session
}

AEGIS_TEST(TestRevocationList)
#include "TestRevocationList.moc"
