#include "server/sessions/DeviceText.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestDeviceText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesWhatPeopleKnow_data();
    void namesWhatPeopleKnow();
    void staysShort();
};

void TestDeviceText::namesWhatPeopleKnow_data()
{
    QTest::addColumn<QString>("agent");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *agent, const char *text) { QTest::newRow(text) << QString::fromLatin1(agent) << QString::fromLatin1(text); };
    row("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux");
    row("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
        "Edge on Windows");
    row("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome on Android");
    row("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Safari on iPhone");
    row("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "Safari on macOS");
    row("curl/7.88.1", "curl");
    row("MyApp/2.1 (Windows 11)", "MyApp on Windows");
    row("", "");
}

void TestDeviceText::namesWhatPeopleKnow()
{
    QFETCH(QString, agent);
    QFETCH(QString, text);

    QCOMPARE(deviceText(agent), text);
}

void TestDeviceText::staysShort()
{
    QVERIFY(deviceText(QString(512, u'x')).size() <= 40);
}

AEGIS_TEST(TestDeviceText)
#include "TestDeviceText.moc"
