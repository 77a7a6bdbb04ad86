#include "server/events/EventDocument.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFile>

using namespace aegis;

class TestEventDocument : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theDocumentIsMadeFromTheCatalogue();
};

void TestEventDocument::theDocumentIsMadeFromTheCatalogue()
{
    QFile file(QStringLiteral(AEGIS_SOURCE_DIR "/docs/events.md"));
    if (qEnvironmentVariableIntValue("AEGIS_UPDATE_DOCS") != 0) {
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(eventDocument()), eventDocument().size());
        file.close();
    }

    QVERIFY2(file.open(QIODevice::ReadOnly), "docs/events.md is missing: AEGIS_UPDATE_DOCS=1 ./dev test -R TestEventDocument");
    QVERIFY2(file.readAll() == eventDocument(), "docs/events.md is out of date: AEGIS_UPDATE_DOCS=1 ./dev test -R TestEventDocument");
}

AEGIS_TEST(TestEventDocument)
#include "TestEventDocument.moc"
