#include "server/mail/MailLanguage.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestMailLanguage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void choosesTheBest_data();
    void choosesTheBest();
};

void TestMailLanguage::choosesTheBest_data()
{
    QTest::addColumn<QByteArray>("accepted");
    QTest::addColumn<QByteArray>("chosen");
    const auto row = [](const char *accepted, const char *chosen) { QTest::newRow(accepted) << QByteArray(accepted) << QByteArray(chosen); };
    row("", "en");
    row("de", "de");
    row("de-AT", "de");
    row("DE-at", "de");
    row("pt-BR, fr;q=0.5", "fr");
    row("en;q=0.4, es;q=0.9, de;q=0.8", "es");
    row("en-GB,en;q=0.9,de;q=0.8", "en");
    row("de;q=0, fr;q=0.1", "fr");
    row("zh-CN,zh;q=0.9", "zh-CN");
    row("zh", "zh-CN");
    row("zh-Hans-SG", "zh-CN");
    row("zh-TW, de;q=0.5", "de");
    row("zh-Hant", "en");
    row("*", "en");
    row("*, fr;q=0.7", "fr");
    row("ja", "en");
    row("fr;q=2, de;q=0.2", "de");
    row("fr;q=x, de;q=0.2", "de");
    row("fr ; q=0.3 , de;q=0.2", "fr");
    row(",,;;q=,--, de", "de");
    row("\xff\xfe, es", "es");
}

void TestMailLanguage::choosesTheBest()
{
    QFETCH(const QByteArray, accepted);
    QFETCH(const QByteArray, chosen);

    QCOMPARE(mailLanguageFor(accepted), chosen);
}

AEGIS_TEST(TestMailLanguage)
#include "TestMailLanguage.moc"
