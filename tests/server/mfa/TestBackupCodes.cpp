#include "server/mfa/BackupCodes.h"
#include "server/mfa/MfaTokens.h"
#include "tests/support/TestMain.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QSet>

using namespace aegis;

class TestBackupCodes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void makesDifferentReadableCodes();
    void takesACodeHoweverItIsTyped_data();
    void takesACodeHoweverItIsTyped();
    void anotherCodeOrPersonHasAnotherHash();

private:
    const UserId m_user = UserId::make(fromUnixSeconds(1'800'000'000));
};

void TestBackupCodes::makesDifferentReadableCodes()
{
    const auto codes = backup_codes::make(50);

    QVERIFY_RESULT(codes);
    static const QRegularExpression form(QStringLiteral("^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){3}$"));
    QSet<QByteArray> seen;
    for (const Secret &code : *codes) {
        const QByteArray text = code.reveal().toByteArray();
        QVERIFY2(form.match(QString::fromLatin1(text)).hasMatch(), text.constData());
        seen.insert(text);
    }
    QCOMPARE(seen.size(), 50);
}

void TestBackupCodes::takesACodeHoweverItIsTyped_data()
{
    QTest::addColumn<QByteArray>("typed");
    QTest::newRow("as it is printed") << QByteArray("k1qm-20wd-9fhp-4rt6");
    QTest::newRow("in upper case") << QByteArray("K1QM-20WD-9FHP-4RT6");
    QTest::newRow("without hyphens") << QByteArray("k1qm20wd9fhp4rt6");
    QTest::newRow("with spaces") << QByteArray(" k1qm 20wd 9fhp 4rt6 ");
    QTest::newRow("with letters for digits") << QByteArray("kIqm-2Owd-9fhp-4rt6");
    QTest::newRow("with a small L") << QByteArray("klqm-2owd-9fhp-4rt6");
}

void TestBackupCodes::takesACodeHoweverItIsTyped()
{
    QFETCH(QByteArray, typed);

    QCOMPARE(backup_codes::hashOf(m_user, Secret(typed)), backup_codes::hashOf(m_user, Secret(QByteArrayView("k1qm20wd9fhp4rt6"))));
}

void TestBackupCodes::anotherCodeOrPersonHasAnotherHash()
{
    const Secret code(QByteArrayView("k1qm-20wd-9fhp-4rt6"));
    const QByteArray hash = backup_codes::hashOf(m_user, code);

    QCOMPARE(hash.size(), 32);
    QVERIFY(hash != backup_codes::hashOf(UserId::make(fromUnixSeconds(1)), code));
    QVERIFY(hash != backup_codes::hashOf(m_user, Secret(QByteArrayView("k1qm-20wd-9fhp-4rt7"))));
}

AEGIS_TEST(TestBackupCodes)
#include "TestBackupCodes.moc"
