#include "tests/support/TestMain.h"

#include <QtCore/QThread>

// Run by ctest to see that TestMain keeps its word: those that are not announced must fail.
class TestWarningCase : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void warnsUnannounced() { qWarning("nobody announced this"); }
    void warnsOnAnotherThread()
    {
        const std::unique_ptr<QThread> thread(QThread::create([] { qWarning("nobody announced this either"); }));
        thread->start();
        thread->wait();
    }
    void warnsAnnounced()
    {
        QTest::ignoreMessage(QtWarningMsg, "announced");
        qWarning("announced");
        qInfo("no warning");
    }
};

AEGIS_TEST(TestWarningCase)
#include "WarningCase.moc"
