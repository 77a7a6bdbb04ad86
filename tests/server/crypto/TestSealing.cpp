#include "server/crypto/Aes256Gcm.h"
#include "server/crypto/Random.h"
#include "server/crypto/Sealing.h"
#include "tests/support/TestMain.h"
#include "tests/support/Vectors.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using aegis::test::hexMember;

class TestSealing : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void opensWhatItSealed_data();
    void opensWhatItSealed();
    void sealsTheSameDifferentlyEachTime();
    void refusesEveryChangedOrMissingByte();
    void refusesOtherAssociatedData();
    void opensWithAnOlderKeyAndSealsWithTheNewest();
    void opensTheFormatOfTheVersionBefore();
    void looksForAKeyThatItDoesNotKnow();
    void refusesKeys_data();
    void refusesKeys();
    void agreesWithThePublishedVectors();
};

static Secret keyOf(char c)
{
    return Secret(QByteArray(32, c));
}

void TestSealing::opensWhatItSealed_data()
{
    QTest::addColumn<QByteArray>("plain");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("one byte") << QByteArray("x");
    QTest::newRow("text with a NUL") << QByteArray("a\0b", 3);
    QTest::newRow("a long text") << QByteArray(100'000, 'l');
}

void TestSealing::opensWhatItSealed()
{
    QFETCH(QByteArray, plain);
    const auto sealing = Sealing::make({{1, keyOf('k')}});
    QVERIFY_RESULT(sealing);

    const auto sealed = sealing->seal(Secret(plain), "user 1");

    QVERIFY_RESULT(sealed);
    QCOMPARE(sealed->size(), 5 + 12 + plain.size() + 16);
    const auto opened = sealing->open(*sealed, "user 1");
    QVERIFY_RESULT(opened);
    QCOMPARE(opened->reveal().toByteArray(), plain);
}

void TestSealing::sealsTheSameDifferentlyEachTime()
{
    const auto sealing = Sealing::make({{1, keyOf('k')}});

    QVERIFY(*sealing->seal(keyOf('p'), "") != *sealing->seal(keyOf('p'), ""));
}

void TestSealing::refusesEveryChangedOrMissingByte()
{
    const auto sealing = Sealing::make({{1, keyOf('k')}, {2, keyOf('k')}, {3, keyOf('k')}});
    const QByteArray sealed = *sealing->seal(Secret(QByteArrayView("secret")), "user 1");

    for (qsizetype i = 0; i < sealed.size(); ++i) {
        QByteArray changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        const auto opened = sealing->open(changed, "user 1");
        QVERIFY2(!opened, qPrintable(QString::number(i)));
        QCOMPARE(opened.problem().code, ProblemCode::Internal);
        QVERIFY2(!sealing->open(sealed.first(i), "user 1"), qPrintable(QString::number(i)));
    }
    QVERIFY(!sealing->open(sealed + 'x', "user 1"));
}

void TestSealing::refusesOtherAssociatedData()
{
    const auto sealing = Sealing::make({{1, keyOf('k')}});
    const QByteArray sealed = *sealing->seal(Secret(QByteArrayView("secret")), "user 1");

    QVERIFY_RESULT(sealing->open(sealed, "user 1"));
    QVERIFY(!sealing->open(sealed, "user 2"));
    QVERIFY(!sealing->open(sealed, ""));
}

void TestSealing::opensWithAnOlderKeyAndSealsWithTheNewest()
{
    const auto before = Sealing::make({{1, keyOf('a')}});
    const auto after = Sealing::make({{1, keyOf('a')}, {200, keyOf('b')}});
    const auto later = Sealing::make({{200, keyOf('b')}});
    const QByteArray old = *before->seal(Secret(QByteArrayView("secret")), "");

    const auto renewed = after->seal(*after->open(old, ""), "");

    QVERIFY_RESULT(renewed);
    QVERIFY(after->isOutdated(old));
    QVERIFY(!after->isOutdated(*renewed));
    QVERIFY(!later->open(old, ""));
    QCOMPARE(later->open(*renewed, "")->reveal().toByteArray(), QByteArray("secret"));
}

// 1, a number, nonce, ciphertext and tag: nothing in it says which key it was.
void TestSealing::opensTheFormatOfTheVersionBefore()
{
    const QByteArray head("\x01\x01", 2), nonce(12, 'n');
    const QByteArray old = head + nonce + *encryptAes256Gcm(keyOf('a'), nonce, "secret", head + "user 1");
    const auto sealing = Sealing::make({{1, keyOf('a')}, {2, keyOf('b')}});

    QCOMPARE(sealing->open(old, "user 1")->reveal().toByteArray(), QByteArray("secret"));
    QVERIFY(sealing->isOutdated(old));
    QVERIFY(!sealing->open(old, "user 2"));
    QVERIFY(!Sealing::make({{1, keyOf('b')}})->open(old, "user 1"));
}

void TestSealing::looksForAKeyThatItDoesNotKnow()
{
    Sealing::Keys present{{1, keyOf('a')}};
    int asked = 0;
    const auto sealing = Sealing::make(present, [&] {
        ++asked;
        return present;
    });
    const QByteArray old = *sealing->seal(keyOf('x'), "");
    const auto other = Sealing::make({{2, keyOf('b')}});
    const QByteArray sealedByAnother = *other->seal(keyOf('y'), "");

    QVERIFY(!sealing->open(sealedByAnother, ""));
    QCOMPARE(asked, 1);
    present.emplace(Sealing::Version(2), keyOf('b'));
    QVERIFY_RESULT(sealing->open(sealedByAnother, ""));

    QCOMPARE(asked, 2);
    QCOMPARE(sealing->mark(), other->mark()); // what is sealed from now on gets the newest
    QVERIFY(sealing->isOutdated(old));
    QVERIFY_RESULT(sealing->open(old, ""));
    QCOMPARE(asked, 2); // what is known is not looked for
}

void TestSealing::refusesKeys_data()
{
    QTest::addColumn<int>("size");
    QTest::newRow("empty") << 0;
    QTest::newRow("of 128 bits") << 16;
    QTest::newRow("of 33 bytes") << 33;
}

void TestSealing::refusesKeys()
{
    QFETCH(int, size);

    QVERIFY(!Sealing::make({}));
    QVERIFY(!Sealing::make({{1, keyOf('k')}, {2, Secret(QByteArray(size, 'k'))}}));
}

void TestSealing::agreesWithThePublishedVectors()
{
    AEGIS_VECTORS(vectors, "wycheproof_aes256gcm.json");
    int valid = 0;
    for (const QJsonValue &value : vectors.value(QLatin1String("tests")).toArray()) {
        const QJsonObject test = value.toObject();
        const QByteArray id = QByteArray::number(test.value(QLatin1String("id")).toInt());
        const Secret key(hexMember(test, "key"));
        const QByteArray nonce = hexMember(test, "iv");
        const QByteArray plain = hexMember(test, "msg");
        const QByteArray sealed = hexMember(test, "ct") + hexMember(test, "tag");
        const bool usable = nonce.size() == 12; // others are not for us

        const auto opened = decryptAes256Gcm(key, nonce, sealed, hexMember(test, "aad"));
        const auto again = encryptAes256Gcm(key, nonce, plain, hexMember(test, "aad"));

        const bool expected = usable && test.value(QLatin1String("result")) == QLatin1String("valid");
        QVERIFY2(opened.ok() == expected, id.constData());
        QVERIFY2(again.ok() == usable, id.constData());
        if (expected) {
            QCOMPARE(opened->reveal().toByteArray(), plain);
            QCOMPARE(*again, sealed);
            ++valid;
        }
    }
    QVERIFY(valid > 20);
}

AEGIS_TEST(TestSealing)
#include "TestSealing.moc"
