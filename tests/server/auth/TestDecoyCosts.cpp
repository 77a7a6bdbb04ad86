#include "server/auth/DecoyCosts.h"
#include "server/passwords/PasswordCost.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestDecoyCosts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsCosts_data();
    void readsCosts();
    void costsThePresentUntilItKnowsMore();
    void costsWhatAccountsCost();
    void staysWithAnAddress();
    void anotherKeyChoosesOthers();

private:
    static bool isBcrypt(const PasswordParameters &cost) { return cost.algorithm == PasswordAlgorithm::Bcrypt; }
    static QString address(int number) { return QStringLiteral("nobody.%1@example.com").arg(number); }

    const LimitKeys m_keys{Secret("0123456789abcdef0123456789abcdef")};
    const PasswordParameters m_present{.algorithm = PasswordAlgorithm::Argon2id, .argon2 = {.memoryKib = 8192, .passes = 1, .lanes = 1}};
    const std::vector<PasswordCostStore::Share> m_shares{{"$2b$10$", 250}, {"$argon2id$v=19$m=19456,t=2,p=1$", 700}, {QByteArray(), 50}};
};

void TestDecoyCosts::readsCosts_data()
{
    QTest::addColumn<QByteArray>("hash");
    QTest::addColumn<QByteArray>("cost");
    QTest::newRow("Argon2id") << QByteArray("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo") << QByteArray("argon2id 19456 2 1");
    QTest::newRow("its beginning") << QByteArray("$argon2id$v=19$m=8192,t=3,p=4$") << QByteArray("argon2id 8192 3 4");
    QTest::newRow("bcrypt") << QByteArray("$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234") << QByteArray("bcrypt 12");
    QTest::newRow("its beginning in PHP") << QByteArray("$2y$10$") << QByteArray("bcrypt 10");
    QTest::newRow("a forbidden cost") << QByteArray("$argon2id$v=19$m=4194304,t=100,p=1$") << QByteArray();
    QTest::newRow("a forbidden number of rounds") << QByteArray("$2b$31$") << QByteArray();
    QTest::newRow("another algorithm") << QByteArray("$argon2i$v=19$m=8192,t=3,p=4$") << QByteArray();
    QTest::newRow("cut off") << QByteArray("$argon2id$v=19$m=8192,t=3,p=4") << QByteArray();
    QTest::newRow("nothing") << QByteArray() << QByteArray();
}

void TestDecoyCosts::readsCosts()
{
    QFETCH(const QByteArray, hash);

    const auto cost = passwordCostOf(hash);

    QByteArray words;
    if (cost && isBcrypt(*cost))
        words = "bcrypt " + QByteArray::number(cost->bcryptRounds);
    else if (cost)
        words = "argon2id " + QByteArray::number(cost->argon2.memoryKib) + ' ' + QByteArray::number(cost->argon2.passes) + ' '
            + QByteArray::number(cost->argon2.lanes);
    QTEST(words, "cost");
}

void TestDecoyCosts::costsThePresentUntilItKnowsMore()
{
    DecoyCosts costs(m_keys, m_present);
    QVERIFY(costs.costOf(address(1)) == m_present);
    costs.learn({}); // nobody has an account
    QVERIFY(costs.costOf(address(1)) == m_present);
}

// Each kind as often as accounts have it: whoever sees many times learns what the table as a whole says, and of no address
// whether somebody has it. 8000 draws lie within 3 standard deviations (1.5 %) of the shares.
void TestDecoyCosts::costsWhatAccountsCost()
{
    DecoyCosts costs(m_keys, m_present);
    costs.learn(m_shares);
    int bcrypt = 0, present = 0;
    constexpr int all = 8'000;
    for (int i = 0; i < all; ++i) {
        const PasswordParameters cost = costs.costOf(address(i));
        bcrypt += isBcrypt(cost) ? 1 : 0;
        present += cost == m_present ? 1 : 0;
    }
    QVERIFY2(std::abs(bcrypt - all / 4) < all * 15 / 1000, QByteArray::number(bcrypt).constData());
    QVERIFY2(std::abs(present - all / 20) < all * 8 / 1000, QByteArray::number(present).constData()); // for those that cannot be used
}

void TestDecoyCosts::staysWithAnAddress()
{
    DecoyCosts costs(m_keys, m_present);
    costs.learn(m_shares);
    DecoyCosts again(m_keys, m_present);
    again.learn({m_shares[2], m_shares[1], m_shares[0]}); // in whatever order the database tells them
    for (int i = 0; i < 200; ++i) {
        QVERIFY(costs.costOf(address(i)) == costs.costOf(address(i).toUpper()));
        QVERIFY(costs.costOf(address(i)) == again.costOf(address(i)));
    }
}

void TestDecoyCosts::anotherKeyChoosesOthers()
{
    const LimitKeys otherKeys(Secret("another key of another 32 bytes."));
    DecoyCosts costs(m_keys, m_present), others(otherKeys, m_present);
    costs.learn(m_shares);
    others.learn(m_shares);
    int same = 0;
    for (int i = 0; i < 400; ++i)
        same += costs.costOf(address(i)) == others.costOf(address(i)) ? 1 : 0;
    QVERIFY(same > 100 && same < 350); // or anybody could tell from outside which cost an address must have
}

AEGIS_TEST(TestDecoyCosts)
#include "TestDecoyCosts.moc"
