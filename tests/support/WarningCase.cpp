#include "tests/support/TestMain.h"

// Run by ctest to see that TestMain keeps its word: one of these must fail.
class TestWarningCase : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void warnsUnannounced() { qWarning("nobody announced this"); }
    void warnsAnnounced()
    {
        QTest::ignoreMessage(QtWarningMsg, "announced");
        qWarning("announced");
        qInfo("no warning");
    }
};

AEGIS_TEST(TestWarningCase)
#include "WarningCase.moc"
