#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"
#include "server/crypto/JwtSigner.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <QtCore/QDeadlineTimer>
#include <QtCore/QJsonDocument>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

namespace {

const QByteArray refreshSecret = "a-refresh-secret-of-the-tests-0123456789";

QJsonObject claimsOf(const QByteArray &token)
{
    return QJsonDocument::fromJson(base64UrlDecode(token.split('.').value(1)).value_or(QByteArray())).object();
}

QByteArray signedWith(const QByteArray &secret, const QJsonObject &claims, QByteArrayView type)
{
    const auto key = SigningKey::fromPrivate(SigningAlgorithm::Hs256, Secret(secret));
    return JwtSigner(*key, type).sign(QJsonDocument(claims).toJson(QJsonDocument::Compact))->reveal().toByteArray();
}

} // namespace

class TestRefresh : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_server = std::make_unique<TestServer>(Environment{{"JWT_REFRESH_SECRET", refreshSecret}}); }
    void cleanupTestCase() { m_server.reset(); }
    void replacesBothTokens();
    void keepsRolesAndSession();
    void givesTheCurrentTokenAgainWithinTheGrace();
    void theTokenIsTheStoredOneAndCanBeMadeAgain_data();
    void theTokenIsTheStoredOneAndCanBeMadeAgain();
    void endsTheSessionWhenATokenComesBackAfterTheGrace();
    void endsTheSessionForAGrandparentWithinTheGrace();
    void refusesWhatIsNoTokenOfOurs_data();
    void refusesWhatIsNoTokenOfOurs();
    void givesNoAccessByItself();
    void refusesAPersonWhoIsDeleted();
    void aRefusedRefreshUsesNothingUp_data();
    void aRefusedRefreshUsesNothingUp();
    void endsAfterAWeekWithoutUse();
    void endsAfterThirtyDaysOfUse();
    void updatesItsRowInPlace();

private:
    TestReply refresh(const QByteArray &token) const { return m_server->client().post("/auth/refresh", textObject({{"refreshToken", token}})); }
    QByteArray refreshed(const QByteArray &token) const { return refresh(token).text(QLatin1String("refreshToken")); }
    int generationOf(const SignedUp &person)
    {
        return m_server->value<int>("select coalesce(max(generation), 0) from aegis.refresh_token where session_id = $1::uuid",
                                    Text{person.sessionId});
    }
    QByteArray endOf(const SignedUp &person)
    {
        return m_server->value<QByteArray>("select coalesce(end_reason, 'open') from aegis.session where id = $1::uuid", Text{person.sessionId});
    }
    void verifyEndedByReuse(const SignedUp &person, const QByteArray &accessToken, int generation, int currentGeneration);

    std::unique_ptr<TestServer> m_server;
};

void TestRefresh::replacesBothTokens()
{
    const SignedUp ada = m_server->signUp();
    m_server->advance(1min);

    const TestReply reply = refresh(ada.refreshToken);

    QVERIFY_REPLY(reply, 200, "");
    QCOMPARE(reply.field("Cache-Control"), QByteArray("no-store"));
    QCOMPARE(reply.json().keys().join(u' '), QStringLiteral("accessToken expiresIn refreshExpiresIn refreshToken sessionId tokenType"));
    const QByteArray access = reply.text(QLatin1String("accessToken"));
    const QByteArray token = reply.text(QLatin1String("refreshToken"));
    QVERIFY(token != ada.refreshToken && access != ada.accessToken);
    QCOMPARE(reply.text(QLatin1String("sessionId")), ada.sessionId);
    QCOMPARE(reply.json()[QLatin1String("expiresIn")].toInt(), 900);
    QCOMPARE(reply.json()[QLatin1String("refreshExpiresIn")].toInt(), 7 * 24 * 3600);
    const Row row = m_server
                        ->sql("select generation, current_hash, previous_hash from aegis.refresh_token where session_id = $1::uuid",
                              Text{ada.sessionId})
                        .first();
    QCOMPARE(row.get<int>(0), 2);
    QCOMPARE(row.get<QByteArray>(1), sha256(token));
    QCOMPARE(row.get<QByteArray>(2), sha256(ada.refreshToken));
    QCOMPARE(m_server->events(ada.organizationId).mid(5), QByteArrayList{"TokenRefreshed"});
    QVERIFY_REPLY(m_server->client().as(access).get("/auth/me"), 200, "");
    QVERIFY_REPLY(m_server->client().as(ada.accessToken).get("/auth/me"), 200, ""); // good until it expires
    QVERIFY_REPLY(refresh(token), 200, "");
}

void TestRefresh::keepsRolesAndSession()
{
    const SignedUp ada = m_server->signUp();

    const QJsonObject before = claimsOf(ada.accessToken);
    const QJsonObject after = claimsOf(refresh(ada.refreshToken).text(QLatin1String("accessToken")));

    for (const char *name : {"iss", "aud", "sub", "sid", "org", "roles", "amr", "auth_time"}) {
        QVERIFY(before.contains(QLatin1String(name)));
        QCOMPARE(after[QLatin1String(name)], before[QLatin1String(name)]);
    }
    QVERIFY(after[QLatin1String("jti")] != before[QLatin1String("jti")]);
}

void TestRefresh::givesTheCurrentTokenAgainWithinTheGrace()
{
    const SignedUp ada = m_server->signUp();
    m_server->advance(1h);
    const QByteArray current = refreshed(ada.refreshToken);
    QVERIFY(!current.isEmpty());
    m_server->advance(8s);

    const TestReply retry = refresh(ada.refreshToken);

    QVERIFY_REPLY(retry, 200, "");
    QCOMPARE(retry.text(QLatin1String("refreshToken")), current);
    QVERIFY_REPLY(m_server->client().as(retry.text(QLatin1String("accessToken"))).get("/auth/me"), 200, "");
    QCOMPARE(generationOf(ada), 2);
    QCOMPARE(m_server->events(ada.organizationId).count("TokenRefreshed"), 1); // no other refresh token was made
    QCOMPARE(m_server->events(ada.organizationId).count("TokenRefreshRepeated"), 1);
    QVERIFY_REPLY(refresh(current), 200, "");
}

void TestRefresh::theTokenIsTheStoredOneAndCanBeMadeAgain_data()
{
    QTest::addColumn<int>("refreshes"); // five days after each other
    QTest::newRow("its end is a week away") << 1;
    QTest::newRow("its end is that of the session") << 5;
}

void TestRefresh::theTokenIsTheStoredOneAndCanBeMadeAgain()
{
    QFETCH(int, refreshes);
    const SignedUp ada = m_server->signUp();
    QByteArray before;
    QByteArray token = ada.refreshToken;
    for (int i = 0; i < refreshes; ++i) {
        m_server->advance(24h * 5 + 123'457us);
        before = token;
        token = refreshed(before);
        QCOMPARE(m_server->value<QByteArray>("select current_hash from aegis.refresh_token where session_id = $1::uuid", Text{ada.sessionId}),
                 sha256(token));
    }

    const QByteArray again = refreshed(before); // made of what the database holds, not of the token before

    QCOMPARE(again, token);
}

void TestRefresh::verifyEndedByReuse(const SignedUp &person, const QByteArray &accessToken, int generation, int currentGeneration)
{
    QCOMPARE(endOf(person), QByteArray("token_reuse"));
    QCOMPARE(generationOf(person), 0);
    QCOMPARE(m_server->events(person.organizationId).last(2), (QByteArrayList{"SuspiciousActivityDetected", "RefreshTokenRevoked"}));
    const Row event =
        m_server
            ->sql("select payload->>'reason', (payload->>'generation')::int, (payload->>'currentGeneration')::int, session_id, subject_id, actor_id "
                  "from aegis.event where tenant_id = $1::uuid and type = 'SuspiciousActivityDetected'",
                  Text{person.organizationId})
            .first();
    QCOMPARE(event.get<QString>(0), QStringLiteral("token_reuse"));
    QCOMPARE(event.get<int>(1), generation);
    QCOMPARE(event.get<int>(2), currentGeneration);
    QCOMPARE(event.get<SessionId>(3).text(), person.sessionId);
    QCOMPARE(event.get<UserId>(4).text(), person.userId);
    QVERIFY(event.isNull(5)); // who presented it is not known
    QCOMPARE(
        m_server->value<qint64>("select count(*) from aegis.revocation where subject_id = $1::uuid and kind = 'session'", Text{person.sessionId}),
        qint64(1));
    QVERIFY_REPLY(m_server->client().as(accessToken).get("/auth/me"), 401, "invalid_token");
    QVERIFY_REPLY(m_server->client().as(accessToken).get("/auth/verify"), 401, "invalid_token");
}

void TestRefresh::endsTheSessionWhenATokenComesBackAfterTheGrace()
{
    const SignedUp ada = m_server->signUp();
    const TestReply first = refresh(ada.refreshToken);
    const QByteArray current = first.text(QLatin1String("refreshToken"));
    m_server->advance(11s);

    const TestReply reused = refresh(ada.refreshToken);

    QVERIFY_REPLY(reused, 401, "refresh_token_reused");
    verifyEndedByReuse(ada, first.text(QLatin1String("accessToken")), 1, 2);
    QVERIFY_REPLY(refresh(current), 401, "invalid_refresh_token"); // the honest one is out as well
    QVERIFY_REPLY(refresh(ada.refreshToken), 401, "invalid_refresh_token");
    QCOMPARE(m_server->events(ada.organizationId).count("SuspiciousActivityDetected"), 1);
    QVERIFY_REPLY(m_server->client().as(m_server->logIn(ada).accessToken).get("/auth/me"), 200, ""); // only that session ended
}

void TestRefresh::endsTheSessionForAGrandparentWithinTheGrace()
{
    const SignedUp ada = m_server->signUp();
    const TestReply second = refresh(ada.refreshToken);
    QVERIFY_REPLY(refresh(second.text(QLatin1String("refreshToken"))), 200, "");

    QVERIFY_REPLY(refresh(ada.refreshToken), 401, "refresh_token_reused");
    verifyEndedByReuse(ada, second.text(QLatin1String("accessToken")), 1, 3);
}

void TestRefresh::refusesWhatIsNoTokenOfOurs_data()
{
    QTest::addColumn<QByteArray>("which");
    for (const char *which : {"no token at all", "an access token", "signed with another secret", "signed as an access token", "without a signature",
                              "another issuer", "a bit of the signature changed", "another person", "another session", "a generation to come"})
        QTest::newRow(which) << QByteArray(which);
}

void TestRefresh::refusesWhatIsNoTokenOfOurs()
{
    QFETCH(QByteArray, which);
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();
    QJsonObject claims = claimsOf(ada.refreshToken);
    QByteArray token = ada.refreshToken;
    if (which == "no token at all") {
        token = "abc";
    } else if (which == "an access token") {
        token = ada.accessToken;
    } else if (which == "signed with another secret") {
        token = signedWith("another-secret-of-the-tests-0123456789", claims, "rt+jwt");
    } else if (which == "signed as an access token") {
        token = signedWith(refreshSecret, claims, "at+jwt");
    } else if (which == "without a signature") {
        token = base64Url(R"({"alg":"none","typ":"rt+jwt"})") + '.' + ada.refreshToken.split('.')[1] + '.';
    } else if (which == "a bit of the signature changed") {
        const qsizetype place = token.lastIndexOf('.') + 1;
        token[place] = token[place] == 'A' ? 'B' : 'A';
    } else {
        if (which == "another issuer")
            claims[QStringLiteral("iss")] = QStringLiteral("https://other.example");
        else if (which == "another person")
            claims[QStringLiteral("sub")] = QString::fromLatin1(bob.userId);
        else if (which == "another session")
            claims[QStringLiteral("sid")] = QString::fromLatin1(bob.sessionId);
        else
            claims[QStringLiteral("gen")] = 5;
        token = signedWith(refreshSecret, claims, "rt+jwt"); // as if the secret were known
    }

    QVERIFY_REPLY(refresh(token), 401, "invalid_refresh_token");
    QCOMPARE(endOf(ada), QByteArray("open"));
    QCOMPARE(endOf(bob), QByteArray("open"));
    QCOMPARE(m_server->events(ada.organizationId).size(), 5);
    QVERIFY_REPLY(refresh(ada.refreshToken), 200, "");
}

void TestRefresh::givesNoAccessByItself()
{
    const SignedUp ada = m_server->signUp();

    QVERIFY_REPLY(m_server->client().as(ada.refreshToken).get("/auth/me"), 401, "invalid_token"); // a refresh token gives no access
    QVERIFY_REPLY(m_server->client().as(ada.refreshToken).get("/auth/verify"), 401, "invalid_token");
}

void TestRefresh::refusesAPersonWhoIsDeleted()
{
    const SignedUp ada = m_server->signUp();
    m_server->sql("delete from aegis.user where id = $1::uuid", Text{ada.userId});

    QVERIFY_REPLY(refresh(ada.refreshToken), 401, "invalid_refresh_token");
    QCOMPARE(m_server->events(ada.organizationId).size(), 5);
}

void TestRefresh::aRefusedRefreshUsesNothingUp_data()
{
    QTest::addColumn<QByteArray>("statement"); // $1: the person, $2: the status that is set
    QTest::addColumn<QByteArray>("status");
    const QByteArray person = "update aegis.user set status = $2 where id = $1::uuid";
    const QByteArray organization = "update aegis.organization set status = $2 where id = (select managed_by from aegis.user where id = $1::uuid)";
    QTest::newRow("a person who is suspended") << person << QByteArray("suspended");
    QTest::newRow("a person who is locked") << person << QByteArray("locked");
    QTest::newRow("an organization that is suspended") << organization << QByteArray("suspended");
    QTest::newRow("an organization that is deleted") << organization << QByteArray("deleted");
}

void TestRefresh::aRefusedRefreshUsesNothingUp()
{
    QFETCH(QByteArray, statement);
    QFETCH(QByteArray, status);
    const SignedUp ada = m_server->signUp();
    const auto set = [&](const QByteArray &to) { m_server->sql(Sql::composed(statement), Text{ada.userId}, Text{to}); };

    set(status);
    QVERIFY_REPLY(refresh(ada.refreshToken), 401, "invalid_refresh_token");
    m_server->advance(11s); // longer than a retry is forgiven
    QVERIFY_REPLY(refresh(ada.refreshToken), 401, "invalid_refresh_token");
    QCOMPARE(generationOf(ada), 1);
    QCOMPARE(endOf(ada), QByteArray("open"));
    QCOMPARE(m_server->events(ada.organizationId).size(), 5);

    set("active");
    const QByteArray next = refreshed(ada.refreshToken);
    QVERIFY(!next.isEmpty());
    m_server->advance(11s);
    set(status); // one that was rotated before tells nothing of a theft either while nobody could use what follows it
    QVERIFY_REPLY(refresh(ada.refreshToken), 401, "invalid_refresh_token");
    QCOMPARE(endOf(ada), QByteArray("open"));
    set("active");
    QVERIFY_REPLY(refresh(next), 200, "");
}

void TestRefresh::endsAfterAWeekWithoutUse()
{
    const SignedUp ada = m_server->signUp();
    const SignedUp bob = m_server->signUp();

    m_server->advance(24h * 7 - 10s);
    QVERIFY_REPLY(refresh(ada.refreshToken), 200, "");
    m_server->advance(20s);
    QVERIFY_REPLY(refresh(bob.refreshToken), 401, "invalid_refresh_token");
    QCOMPARE(endOf(bob), QByteArray("expired")); // by the housekeeping, which came first
}

void TestRefresh::endsAfterThirtyDaysOfUse()
{
    const SignedUp ada = m_server->signUp();
    QByteArray token = ada.refreshToken;
    for (int week = 1; week <= 5; ++week) {
        m_server->advance(24h * 5);
        const TestReply reply = refresh(token);
        QVERIFY_REPLY(reply, 200, "");
        token = reply.text(QLatin1String("refreshToken"));
        const int left = (30 - 5 * week) * 24 * 3600;
        const int given = reply.json()[QLatin1String("refreshExpiresIn")].toInt();
        QVERIFY2(given <= std::min(left, 7 * 24 * 3600) && given >= std::min(left, 7 * 24 * 3600) - 60, QByteArray::number(given).constData());
    }
    m_server->advance(24h * 5 - 2min);
    const TestReply last = refresh(token);
    QVERIFY_REPLY(last, 200, "");
    QVERIFY(last.json()[QLatin1String("expiresIn")].toInt() <= 120); // no access beyond the session's end
    token = last.text(QLatin1String("refreshToken"));
    QCOMPARE(sha256(token),
             m_server->value<QByteArray>("select current_hash from aegis.refresh_token where session_id = $1::uuid", Text{ada.sessionId}));
    m_server->advance(2min);

    QVERIFY_REPLY(refresh(token), 401, "invalid_refresh_token");
    QVERIFY_REPLY(m_server->client().as(last.text(QLatin1String("accessToken"))).get("/auth/me"), 401, "invalid_token");
}

void TestRefresh::updatesItsRowInPlace()
{
    const SignedUp ada = m_server->signUp();
    // What a connection of the server has counted becomes visible with a later transaction of it, a second after the last.
    const auto counted = [&] {
        m_server->sql("select pg_stat_clear_snapshot()");
        const Row row =
            m_server
                ->sql("select n_tup_upd, n_tup_hot_upd, n_live_tup from pg_stat_user_tables where relname = 'refresh_token' and schemaname = 'aegis'")
                .first();
        return std::pair(row.get<qint64>(0), row.get<qint64>(1));
    };
    const qint64 rows = m_server->value<qint64>("select count(*) from aegis.refresh_token");
    const qint64 size = m_server->value<qint64>("select pg_relation_size('aegis.refresh_token')");
    const qint64 updates = counted().first;

    QByteArray token = ada.refreshToken;
    int rotations = 0;
    const QDeadlineTimer patience(20'000);
    while (rotations < 200 || (counted().first < updates + 200 && !patience.hasExpired())) {
        token = refreshed(token);
        QVERIFY(!token.isEmpty());
        ++rotations;
    }

    QCOMPARE(generationOf(ada), rotations + 1);
    QCOMPARE(m_server->value<qint64>("select count(*) from aegis.refresh_token"), rows);
    QVERIFY(m_server->value<qint64>("select pg_relation_size('aegis.refresh_token')") <= size + 2 * 8192);
    QVERIFY(counted().first >= updates + 200);
    const auto [all, hot] = counted();
    QCOMPARE(hot, all);
}

AEGIS_TEST(TestRefresh)
#include "TestRefresh.moc"
