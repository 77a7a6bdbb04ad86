#include "server/crypto/ConstantTime.h"
#include "server/crypto/Digest.h"
#include "server/crypto/Hmac.h"
#include "server/crypto/Random.h"
#include "tests/support/TestMain.h"
#include "tests/support/Vectors.h"

#include <QtCore/QJsonArray>

#include <atomic>
#include <thread>
#include <vector>

using namespace aegis;
using aegis::test::hexMember;

class TestDigests : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sha256_data();
    void sha256();
    void hmacAgreesWithThePublishedVectors();
    void hmacTakesAnEmptyKey();
    void threadsDoNotDisturbOneAnother();
    void randomBytesDiffer();
    void comparesInConstantTime_data();
    void comparesInConstantTime();
};

void TestDigests::sha256_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<QByteArray>("digest");
    QTest::newRow("nothing") << QByteArray() << QByteArray("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QTest::newRow("FIPS 180-4: abc") << QByteArray("abc") << QByteArray("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QTest::newRow("FIPS 180-4: two blocks") << QByteArray("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                                            << QByteArray("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

void TestDigests::sha256()
{
    QFETCH(QByteArray, message);
    QFETCH(QByteArray, digest);

    QCOMPARE(aegis::sha256(message).toHex(), digest);
}

void TestDigests::hmacAgreesWithThePublishedVectors()
{
    AEGIS_VECTORS(vectors, "wycheproof_hmac_sha256.json");
    int valid = 0;
    for (const QJsonValue &value : vectors.value(QLatin1String("tests")).toArray()) {
        const QJsonObject test = value.toObject();
        const QByteArray tag = hexMember(test, "tag");

        const QByteArray mac = hmacSha256(Secret(hexMember(test, "key")), hexMember(test, "msg"));

        const bool expected = test.value(QLatin1String("result")) == QLatin1String("valid");
        QVERIFY2((mac.first(std::min(tag.size(), mac.size())) == tag) == expected,
                 qPrintable(QString::number(test.value(QLatin1String("id")).toInt())));
        valid += expected ? 1 : 0;
    }
    QVERIFY(valid > 50);
}

void TestDigests::hmacTakesAnEmptyKey()
{
    const QByteArray other = hmacSha256(Secret(QByteArrayView("another key")), "");

    const QByteArray mac = hmacSha256(Secret(), "");

    QCOMPARE(mac.toHex(), QByteArray("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
    QVERIFY2(mac != other, "an empty key is not the key before");
}

void TestDigests::threadsDoNotDisturbOneAnother()
{
    const Secret key(QByteArrayView("key"));
    const QByteArray expectedMac = hmacSha256(key, "message");
    const QByteArray expectedDigest = aegis::sha256("message");
    std::atomic<int> wrong = 0;

    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            for (int i = 0; i < 2000; ++i) {
                wrong += hmacSha256(key, "message") != expectedMac || aegis::sha256("message") != expectedDigest;
                hmacSha256(Secret(QByteArray::number(thread)), "other");
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();

    QCOMPARE(wrong.load(), 0);
}

void TestDigests::randomBytesDiffer()
{
    const auto one = randomBytes(32);
    const auto other = randomBytes(32);
    const auto secret = randomSecret(48);

    QVERIFY_RESULT(one);
    QVERIFY_RESULT(other);
    QVERIFY_RESULT(secret);
    QCOMPARE(one->size(), 32);
    QVERIFY(*one != *other);
    QCOMPARE(secret->size(), 48);
    QCOMPARE(randomBytes(0)->size(), 0);
}

void TestDigests::comparesInConstantTime_data()
{
    QTest::addColumn<QByteArray>("one");
    QTest::addColumn<QByteArray>("other");
    QTest::addColumn<bool>("same");
    QTest::newRow("the same") << QByteArray("abc") << QByteArray("abc") << true;
    QTest::newRow("nothing") << QByteArray() << QByteArray("") << true;
    QTest::newRow("another beginning") << QByteArray("abc") << QByteArray("xbc") << false;
    QTest::newRow("another end") << QByteArray("abc") << QByteArray("abx") << false;
    QTest::newRow("longer") << QByteArray("abc") << QByteArray("abcd") << false;
}

void TestDigests::comparesInConstantTime()
{
    QFETCH(QByteArray, one);
    QFETCH(QByteArray, other);
    QFETCH(bool, same);

    QCOMPARE(constantTimeEquals(one, other), same);
}

AEGIS_TEST(TestDigests)
#include "TestDigests.moc"
