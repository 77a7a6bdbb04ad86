#include "shared/text/Slug.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestSlug : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takesOrTellsTheFault_data();
    void takesOrTellsTheFault();
    void findsASlugNearAName_data();
    void findsASlugNearAName();
};

void TestSlug::takesOrTellsTheFault_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("fault");
    QTest::newRow("three letters") << QStringLiteral("abc") << QString();
    QTest::newRow("63 letters") << QString(63, u'a') << QString();
    QTest::newRow("digits and a hyphen") << QStringLiteral("4-you") << QString();
    QTest::newRow("two letters") << QStringLiteral("ab") << QStringLiteral("length");
    QTest::newRow("64 letters") << QString(64, u'a') << QStringLiteral("length");
    QTest::newRow("upper case") << QStringLiteral("Acme") << QStringLiteral("characters");
    QTest::newRow("underscore") << QStringLiteral("ac_me") << QStringLiteral("characters");
    QTest::newRow("a letter that only looks like a") << QStringLiteral(u"\u0430cme") << QStringLiteral("characters");
    QTest::newRow("hyphen first") << QStringLiteral("-acme") << QStringLiteral("hyphens");
    QTest::newRow("hyphen last") << QStringLiteral("acme-") << QStringLiteral("hyphens");
    QTest::newRow("hyphen doubled") << QStringLiteral("ac--me") << QStringLiteral("hyphens");
    for (const char *word : {"admin", "api", "www", "auth"})
        QTest::newRow(word) << QString::fromLatin1(word) << QStringLiteral("reserved");
}

void TestSlug::takesOrTellsTheFault()
{
    QFETCH(QString, text);
    QFETCH(QString, fault);

    const auto found = Slug::faultOf(text);

    QCOMPARE(found ? slugFaultName(*found) : QString(), fault);
    QCOMPARE(Slug::parse(text).has_value(), fault.isEmpty());
}

void TestSlug::findsASlugNearAName_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("slug");
    QTest::newRow("words") << QStringLiteral("Acme & Sons, Ltd.") << QStringLiteral("acme-sons-ltd");
    QTest::newRow("accents") << QStringLiteral(u"Caf\u00e9 M\u00fcller") << QStringLiteral("cafe-muller");
    QTest::newRow("long") << QString(200, u'x') << QString(63, u'x');
    QTest::newRow("no letter to keep") << QStringLiteral(u"\u682a\u5f0f\u4f1a\u793e") << QString();
    QTest::newRow("reserved") << QStringLiteral("Admin") << QString();
}

void TestSlug::findsASlugNearAName()
{
    QFETCH(QString, name);
    QFETCH(QString, slug);

    const auto found = Slug::near(name);

    QCOMPARE(found ? found->text() : QString(), slug);
}

AEGIS_TEST(TestSlug)
#include "TestSlug.moc"
