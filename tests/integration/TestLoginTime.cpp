#include "server/passwords/PasswordHasher.h"
#include "tests/support/TestMain.h"
#include "tests/support/TestServer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

using namespace aegis;
using namespace aegis::test;
using namespace std::chrono_literals;

/// Whether the time of a refused login tells that somebody has the address, when half of the accounts have hashes that cost
/// many times as much as new ones.
class TestLoginTime : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void doesNotTellWhoHasAnAccount();
    void looksUpWhatPasswordsCost();
};

void TestLoginTime::looksUpWhatPasswordsCost()
{
    TestServer server;
    const SignedUp ada = server.signUp();
    server.signUp();
    server.sql("update aegis.user set password_hash = null where id = $1::uuid", Text{ada.userId});
    for (int i = 0; i < 3; ++i) {
        const SignedUp other = server.signUp();
        server.sql("update aegis.user set password_hash = $2 where id = $1::uuid", Text{other.userId},
                   Text{i == 0 ? QByteArray("rubbish") : QByteArray("$2b$10$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234")});
    }

    const QByteArray costs = server.value<QByteArray>(
        "select string_agg(coalesce(beginning, '-') || '=' || accounts, ' ' order by beginning collate \"C\") from aegis.password_costs()");

    QCOMPARE(costs, QByteArray("$2b$10$=2 $argon2id$v=19$m=8192,t=1,p=1$=1 -=1"));
}

// Of each address the shortest of some tries counts, which takes away what else the machine did. A time is dear when it lies nearer to that
// of the dear hashes. With 20 unknown addresses and every second account dear, fewer than 3 or more than 17 dear ones come by
// chance once in 5000 times.
void TestLoginTime::doesNotTellWhoHasAnAccount()
{
    TestServer first({{"LOGIN_FAILURES", "1000"}, {"ACCOUNT_FAILURES", "1000"}, {"HASH_THREADS", "1"}});
    std::vector<SignedUp> people;
    for (int i = 0; i < 8; ++i)
        people.push_back(first.signUp());
    const auto dearHash = hashPassword(Secret("Some-Password-1"), {.algorithm = PasswordAlgorithm::Bcrypt, .argon2 = {}, .bcryptRounds = 11});
    QVERIFY_RESULT(dearHash);
    for (std::size_t i = 0; i < people.size(); i += 2)
        first.sql("update aegis.user set password_hash = $2 where id = $1::uuid", Text{people[i].userId}, Text{*dearHash});
    const auto server = first.another(); // which has looked up what passwords cost
    const auto timeOf = [&](const QByteArray &email) {
        auto shortest = std::chrono::nanoseconds::max();
        for (int i = 0; i < 3; ++i) {
            const auto begin = std::chrono::steady_clock::now();
            const TestReply reply = server->client().post("/auth/login", textObject({{"email", email}, {"password", "Not-The-Password-1"}}));
            shortest = std::min<std::chrono::nanoseconds>(shortest, std::chrono::steady_clock::now() - begin);
            if (reply.status != 401)
                qFatal("%s", reply.described().constData());
        }
        return std::chrono::duration<double>(shortest).count();
    };
    const auto median = [](std::vector<double> values) {
        std::sort(values.begin(), values.end());
        return values[values.size() / 2];
    };

    std::vector<double> dear, cheap, unknownDear, unknownCheap;
    for (std::size_t i = 0; i < people.size(); ++i)
        (i % 2 ? cheap : dear).push_back(timeOf(people[i].email));
    const double between = std::sqrt(median(dear) * median(cheap));
    QVERIFY2(median(dear) > 2 * median(cheap), "else this test would tell nothing");
    for (int i = 0; i < 20; ++i) {
        const double time = timeOf("nobody." + QByteArray::number(i) + "@example.com");
        (time > between ? unknownDear : unknownCheap).push_back(time);
    }

    QVERIFY2(unknownDear.size() >= 3 && unknownCheap.size() >= 3, QByteArray::number(qsizetype(unknownDear.size())).constData());
    QVERIFY2(median(unknownDear) / median(dear) > 0.6 && median(unknownDear) / median(dear) < 1.7, "as long as an account with a dear hash");
    QVERIFY2(median(unknownCheap) / median(cheap) > 0.6 && median(unknownCheap) / median(cheap) < 1.7, "as long as one with a cheap hash");
}

AEGIS_TEST(TestLoginTime)
#include "TestLoginTime.moc"
