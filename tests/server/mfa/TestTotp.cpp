#include "server/crypto/Base32.h"
#include "server/mfa/Totp.h"
#include "tests/support/TestMain.h"
#include "tests/support/Vectors.h"

#include <QtCore/QJsonArray>

using namespace aegis;
using aegis::test::hexMember;
using namespace std::chrono_literals;

class TestTotp : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void agreesWithTheVectorsOfHotp();
    void agreesWithTheVectorsOfTotp();
    void base32AgreesWithItsVectors();
    void takesACodeOfTheNeighbouringSteps_data();
    void takesACodeOfTheNeighbouringSteps();
    void takesACodeWithSpaces();
    void takesNothingElse_data();
    void takesNothingElse();

private:
    const Secret m_secret{QByteArrayView("12345678901234567890")};
    const Instant m_now = fromUnixSeconds(1'800'000'000) + 400ms;
};

void TestTotp::agreesWithTheVectorsOfHotp()
{
    AEGIS_VECTORS(vectors, "otp.json");
    int checked = 0;
    for (const QJsonValue &value : vectors.value(QLatin1String("hotp")).toArray()) {
        const QJsonObject test = value.toObject();

        const QByteArray code = totp::codeOf(Secret(hexMember(test, "key")), test.value(QLatin1String("counter")).toInteger(),
                                             test.value(QLatin1String("digits")).toInt());

        QCOMPARE(code, test.value(QLatin1String("code")).toString().toLatin1());
        ++checked;
    }
    QVERIFY(checked >= 10);
}

void TestTotp::agreesWithTheVectorsOfTotp()
{
    AEGIS_VECTORS(vectors, "otp.json");
    int checked = 0;
    for (const QJsonValue &value : vectors.value(QLatin1String("totp")).toArray()) {
        const QJsonObject test = value.toObject();
        if (test.value(QLatin1String("alg")) != QLatin1String("SHA1"))
            continue; // the one that apps know
        const Instant moment = fromUnixSeconds(test.value(QLatin1String("t")).toInteger());

        const QByteArray code = totp::codeOf(Secret(hexMember(test, "key")), totp::stepAt(moment), test.value(QLatin1String("digits")).toInt());

        QCOMPARE(code, test.value(QLatin1String("code")).toString().toLatin1());
        ++checked;
    }
    QVERIFY(checked >= 6);
}

void TestTotp::base32AgreesWithItsVectors()
{
    AEGIS_VECTORS(vectors, "otp.json");
    int checked = 0;
    for (const QJsonValue &value : vectors.value(QLatin1String("base32")).toArray()) {
        const QJsonObject test = value.toObject();
        QByteArray expected = test.value(QLatin1String("b32")).toString().toLatin1();
        expected.replace("=", ""); // apps want none

        QCOMPARE(base32Encode(hexMember(test, "raw")), expected);
        ++checked;
    }
    QVERIFY(checked >= 6);
}

void TestTotp::takesACodeOfTheNeighbouringSteps_data()
{
    QTest::addColumn<int>("distance");
    QTest::addColumn<bool>("taken");
    QTest::newRow("two steps ago") << -2 << false;
    QTest::newRow("the step before") << -1 << true;
    QTest::newRow("the present step") << 0 << true;
    QTest::newRow("the next step") << 1 << true;
    QTest::newRow("in two steps") << 2 << false;
}

void TestTotp::takesACodeOfTheNeighbouringSteps()
{
    QFETCH(int, distance);
    QFETCH(bool, taken);
    const std::int64_t step = totp::stepAt(m_now) + distance;

    const auto found = totp::matchingStep(m_secret, Secret(totp::codeOf(m_secret, step)), m_now);

    QCOMPARE(found, taken ? std::optional(step) : std::nullopt);
}

void TestTotp::takesACodeWithSpaces()
{
    QByteArray code = totp::codeOf(m_secret, totp::stepAt(m_now));
    code.insert(3, ' ');

    QVERIFY(totp::matchingStep(m_secret, Secret(code + ' '), m_now));
}

void TestTotp::takesNothingElse_data()
{
    QTest::addColumn<QByteArray>("code");
    const QByteArray right = totp::codeOf(m_secret, totp::stepAt(m_now));
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a digit too few") << right.first(5);
    QTest::newRow("a digit too many") << right + '0';
    QTest::newRow("eight digits of the same number") << totp::codeOf(m_secret, totp::stepAt(m_now), 8);
    QTest::newRow("another digit") << right.first(5) + char('0' + (right.back() - '0' + 1) % 10);
    QTest::newRow("letters") << QByteArray("abcdef");
    QTest::newRow("a NUL inside") << right.first(3) + '\0' + right.sliced(3);
}

void TestTotp::takesNothingElse()
{
    QFETCH(QByteArray, code);

    QVERIFY(!totp::matchingStep(m_secret, Secret(code), m_now));
}

AEGIS_TEST(TestTotp)
#include "TestTotp.moc"
