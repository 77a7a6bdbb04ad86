#include "server/passwords/PhcString.h"
#include "tests/support/TestMain.h"
#include "tests/support/Vectors.h"

#include <QtCore/QJsonArray>

using namespace aegis;

class TestPhcString : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesWhatItReads();
    void readsTheParts();
    void refusesThePublishedMalformedOnes();
    void absurdCostsAreNotAcceptable();
    void refuses_data();
    void refuses();
    void acceptableCosts_data();
    void acceptableCosts();
};

static QByteArray good()
{
    return "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
}

void TestPhcString::writesWhatItReads()
{
    const auto phc = PhcString::parse(good());

    QVERIFY(phc);
    QCOMPARE(phc->format(), good());
}

void TestPhcString::readsTheParts()
{
    const auto phc = PhcString::parse(good());

    QVERIFY(phc);
    QVERIFY(phc->cost == Argon2Cost{});
    QCOMPARE(phc->salt, QByteArray("somesalt"));
    QCOMPARE(phc->hash.size(), 32);
}

void TestPhcString::refusesThePublishedMalformedOnes()
{
    AEGIS_VECTORS(vectors, "phc_malformed.json");
    QVERIFY(PhcString::parse(vectors.value(QLatin1String("argon2_good")).toString().toUtf8()));
    const QJsonArray bad = vectors.value(QLatin1String("argon2_bad")).toArray();
    QVERIFY(bad.size() > 50);
    for (const QJsonValue &text : bad) {
        // One of them is well-formed, a hash of 33 bytes; it is refused because it is not the password's.
        const bool wellFormed = text.toString().endsWith(QLatin1String("CHGi/4A"));
        QVERIFY2(PhcString::parse(text.toString().toUtf8()).has_value() == wellFormed, qPrintable(text.toString()));
    }
}

void TestPhcString::absurdCostsAreNotAcceptable()
{
    AEGIS_VECTORS(vectors, "phc_malformed.json");
    for (const QJsonValue &text : vectors.value(QLatin1String("argon2_cost_bombs")).toArray()) {
        const auto phc = PhcString::parse(text.toString().toUtf8());
        QVERIFY2(!phc || !isAcceptableCost(phc->cost), qPrintable(text.toString()));
    }
}

void TestPhcString::refuses_data()
{
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    QTest::newRow("another version") << QByteArray("v=19") << QByteArray("v=16");
    QTest::newRow("no version") << QByteArray("v=19$") << QByteArray();
    QTest::newRow("a leading zero") << QByteArray("t=2") << QByteArray("t=02");
    QTest::newRow("more than 32 bits") << QByteArray("m=19456") << QByteArray("m=4294967296");
    QTest::newRow("more than 64 bits") << QByteArray("m=19456") << QByteArray("m=18446744073709551617");
    QTest::newRow("too little memory for the lanes") << QByteArray("m=19456,t=2,p=1") << QByteArray("m=15,t=2,p=2");
    QTest::newRow("a short salt") << QByteArray("c29tZXNhbHQ") << QByteArray("c29tZXNhbA");
    QTest::newRow("a long salt") << QByteArray("c29tZXNhbHQ") << QByteArray(65, 's').toBase64(QByteArray::OmitTrailingEquals);
    QTest::newRow("a short hash") << QByteArray("nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4") << QByteArray("nf65EOgLrQMR");
}

void TestPhcString::refuses()
{
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    QByteArray text = good();
    text.replace(from, to);

    QVERIFY(text != good());
    QVERIFY(!PhcString::parse(text));
}

void TestPhcString::acceptableCosts_data()
{
    QTest::addColumn<quint32>("memoryKib");
    QTest::addColumn<quint32>("passes");
    QTest::addColumn<quint32>("lanes");
    QTest::addColumn<bool>("acceptable");
    const auto row = [](const char *name, quint32 m, quint32 t, quint32 p, bool acceptable) { QTest::newRow(name) << m << t << p << acceptable; };
    row("the default", 19456, 2, 1, true);
    row("8 MiB", 8192, 1, 1, true);
    row("less than 8 MiB", 8191, 1, 1, false);
    row("512 MiB, ten passes", 524288, 10, 16, true);
    row("more than 512 MiB", 524289, 1, 1, false);
    row("eleven passes", 8192, 11, 1, false);
    row("no pass", 8192, 0, 1, false);
    row("no lane", 8192, 1, 0, false);
    row("17 lanes", 8192, 1, 17, false);
}

void TestPhcString::acceptableCosts()
{
    QFETCH(quint32, memoryKib);
    QFETCH(quint32, passes);
    QFETCH(quint32, lanes);
    QFETCH(bool, acceptable);

    QCOMPARE(isAcceptableCost({.memoryKib = memoryKib, .passes = passes, .lanes = lanes}), acceptable);
}

AEGIS_TEST(TestPhcString)
#include "TestPhcString.moc"
