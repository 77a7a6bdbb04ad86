#include "server/passwords/Bcrypt.h"
#include "tests/support/TestMain.h"
#include "tests/support/Vectors.h"

#include <QtCore/QJsonArray>

using namespace aegis;

class TestBcrypt : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithThePublishedVectors();
    void refusesThePublishedMalformedOnes();
    void verifiesWhatItMade();
    void refusesToMakeWhatItWouldCutShort_data();
    void refusesToMakeWhatItWouldCutShort();
    void comparesSeventyTwoBytesOfLongerPasswords();
    void aPasswordWithANulNeverMatches();
    void refusesImpossibleRounds();
};

void TestBcrypt::agreesWithThePublishedVectors()
{
    AEGIS_VECTORS(vectors, "bcrypt_kat.json");
    int compared = 0;
    for (const QJsonValue &value : vectors.value(QLatin1String("tests")).toArray()) {
        const QByteArray encoded = value[QLatin1String("hash")].toString().toLatin1();
        if (encoded.startsWith("$2x$")) { // the hashes of a bug of 2011: not for us
            QVERIFY(!bcryptRounds(encoded));
            continue;
        }
        const auto rounds = bcryptRounds(encoded);
        QVERIFY2(rounds, encoded.constData());
        if (*rounds > 8)
            continue; // the cost is only a number of repetitions, and slow
        const Secret password(test::hexMember(value.toObject(), "pw_hex"));

        const auto matches = verifyBcrypt(password, encoded);
        const auto other = verifyBcrypt(Secret(QByteArrayView("another password")), encoded);

        QVERIFY_RESULT(matches);
        QVERIFY2(*matches, encoded.constData());
        QVERIFY2(!*other, encoded.constData());
        ++compared;
    }
    QVERIFY(compared > 20);
}

void TestBcrypt::refusesThePublishedMalformedOnes()
{
    AEGIS_VECTORS(vectors, "phc_malformed.json");
    QCOMPARE(bcryptRounds(vectors.value(QLatin1String("bcrypt_good")).toString().toUtf8()), std::optional(5));
    const QJsonArray bad = vectors.value(QLatin1String("bcrypt_bad")).toArray();
    QVERIFY(bad.size() > 20);
    for (const QJsonValue &text : bad)
        QVERIFY2(!bcryptRounds(text.toString().toUtf8()), qPrintable(text.toString()));
}

void TestBcrypt::verifiesWhatItMade()
{
    const Secret password(QByteArray(72, 'p'));

    const auto one = makeBcrypt(password, 4);
    const auto other = makeBcrypt(password, 4);

    QVERIFY_RESULT(one);
    QVERIFY_RESULT(other);
    QVERIFY(one->startsWith("$2b$04$"));
    QCOMPARE(bcryptRounds(*one), std::optional(4));
    QVERIFY2(*one != *other, "each hash has a salt of its own");
    QVERIFY(*verifyBcrypt(password, *one));
    QVERIFY(!*verifyBcrypt(Secret(QByteArray(71, 'p')), *one));
    QVERIFY(!*verifyBcrypt(Secret(), *one));
}

void TestBcrypt::refusesToMakeWhatItWouldCutShort_data()
{
    QTest::addColumn<QByteArray>("password");
    QTest::addColumn<QString>("code");
    QTest::newRow("73 bytes") << QByteArray(73, 'p') << QStringLiteral("password_too_long");
    QTest::newRow("a NUL inside") << QByteArray("pass\0word", 9) << QStringLiteral("password_invalid");
    QTest::newRow("a NUL at the end") << QByteArray("password\0", 9) << QStringLiteral("password_invalid");
}

void TestBcrypt::refusesToMakeWhatItWouldCutShort()
{
    QFETCH(QByteArray, password);
    QFETCH(QString, code);

    const auto made = makeBcrypt(Secret(password), 4);

    QVERIFY(!made);
    QCOMPARE(made.problem().code, ProblemCode::ValidationFailed);
    QCOMPARE(made.problem().fields.size(), std::size_t(1));
    QCOMPARE(made.problem().fields.front().field, QStringLiteral("password"));
    QCOMPARE(QString(fieldCodeInfo(made.problem().fields.front().code).name), code);
}

void TestBcrypt::comparesSeventyTwoBytesOfLongerPasswords()
{
    const auto made = makeBcrypt(Secret(QByteArray(72, 'p')), 4);

    QVERIFY2(*verifyBcrypt(Secret(QByteArray(1000, 'p')), *made), "as the systems did that such hashes come from");
}

void TestBcrypt::aPasswordWithANulNeverMatches()
{
    const auto made = makeBcrypt(Secret(QByteArrayView("pass")), 4);

    QVERIFY(*verifyBcrypt(Secret(QByteArrayView("pass")), *made));
    QVERIFY(!*verifyBcrypt(Secret(QByteArray("pass\0word", 9)), *made));
}

void TestBcrypt::refusesImpossibleRounds()
{
    for (const int rounds : {-1, 0, 3, 17, 31, 100})
        QCOMPARE(makeBcrypt(Secret(QByteArrayView("password")), rounds).problem().code, ProblemCode::Internal);
}

AEGIS_TEST(TestBcrypt)
#include "TestBcrypt.moc"
