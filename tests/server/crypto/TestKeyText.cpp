#include "server/crypto/KeyText.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestKeyText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsAKey_data();
    void readsAKey();
    void refusesAKey_data();
    void refusesAKey();
    void takesASharedSecretAsItStands();
};

static QByteArray key()
{
    QByteArray bytes;
    for (int i = 0; i < 32; ++i)
        bytes.append(static_cast<char>(0xe0 + i));
    return bytes;
}

void TestKeyText::readsAKey_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("hex") << key().toHex();
    QTest::newRow("hex in capitals") << key().toHex().toUpper();
    QTest::newRow("Base64") << key().toBase64();
    QTest::newRow("Base64 without padding") << key().toBase64(QByteArray::OmitTrailingEquals);
    QTest::newRow("base64url") << key().toBase64(QByteArray::Base64UrlEncoding);
    QTest::newRow("base64url without padding") << key().toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

void TestKeyText::readsAKey()
{
    QFETCH(QByteArray, text);

    const auto secret = parseKey256(text);

    QVERIFY_RESULT(secret);
    QCOMPARE(secret->reveal().toByteArray(), key());
}

void TestKeyText::refusesAKey_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a password") << QByteArray("correct horse battery staple....");
    QTest::newRow("63 hex digits") << key().toHex().chopped(1);
    QTest::newRow("65 hex digits") << key().toHex() + '0';
    QTest::newRow("a digit that is none") << key().toHex().chopped(1) + 'g';
    QTest::newRow("Base64 of 31 bytes") << key().first(31).toBase64();
    QTest::newRow("Base64 of 33 bytes") << (key() + 'x').toBase64();
    QTest::newRow("a line break behind") << key().toBase64() + '\n';
    QTest::newRow("both alphabets") << QByteArray("+-") + QByteArray(41, 'A');
}

void TestKeyText::refusesAKey()
{
    QFETCH(QByteArray, text);

    const auto secret = parseKey256(text);

    QVERIFY(!secret);
    QCOMPARE(secret.problem().code, ProblemCode::ValidationFailed);
    QVERIFY(text.isEmpty() || !secret.problem().detail.contains(QString::fromLatin1(text)));
}

void TestKeyText::takesASharedSecretAsItStands()
{
    const QByteArray text(32, '0');

    QCOMPARE(parseSharedSecret(text)->reveal().toByteArray(), text);
    QCOMPARE(parseSharedSecret(text.chopped(1)).problem().code, ProblemCode::ValidationFailed);
}

AEGIS_TEST(TestKeyText)
#include "TestKeyText.moc"
