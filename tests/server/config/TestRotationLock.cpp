#include "server/config/RotationLock.h"
#include "server/config/SecretStore.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

using namespace aegis;

class TestRotationLock : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void isHeldByOne();
    void goesWhereItIsMoved();
    void saysWhenThereAreNoSecrets();
    void followsNoLink();

private:
    static QString withSecrets(const QTemporaryDir &directory)
    {
        if (!SecretStore(directory.path()).readOrMake(QStringLiteral("encryption-key"), 32))
            qFatal("a secret of the test could not be made");
        return directory.path();
    }
};

void TestRotationLock::isHeldByOne()
{
    const QTemporaryDir directory, elsewhere;
    const QString path = withSecrets(directory);
    {
        const auto first = RotationLock::take(path);
        QVERIFY_RESULT(first);

        const auto second = RotationLock::take(path);

        QVERIFY(!second);
        QCOMPARE(second.problem().code, ProblemCode::Conflict);
        QVERIFY(second.problem().detail.contains(QStringLiteral("another rotation")));
        QVERIFY_RESULT(RotationLock::take(withSecrets(elsewhere)));
    }
    QVERIFY_RESULT(RotationLock::take(path));
}

void TestRotationLock::goesWhereItIsMoved()
{
    const QTemporaryDir directory;
    const QString path = withSecrets(directory);
    std::optional<RotationLock> held;
    {
        auto taken = RotationLock::take(path);
        QVERIFY_RESULT(taken);
        held = *std::move(taken);
    }

    QVERIFY(!RotationLock::take(path));
    held.reset();
    QVERIFY_RESULT(RotationLock::take(path));
}

void TestRotationLock::saysWhenThereAreNoSecrets()
{
    const QTemporaryDir directory;

    const auto taken = RotationLock::take(directory.path());

    QVERIFY(!taken);
    QVERIFY2(taken.problem().detail.contains(QStringLiteral("start a server")), qPrintable(taken.problem().detail));
    QVERIFY(!QFile::exists(directory.filePath(QStringLiteral("secrets"))));
}

void TestRotationLock::followsNoLink()
{
    const QTemporaryDir directory;
    const QString path = withSecrets(directory);
    QVERIFY(QFile::link(directory.filePath(QStringLiteral("elsewhere")), directory.filePath(QStringLiteral("secrets/rotation.lock"))));

    QVERIFY(!RotationLock::take(path));
    QVERIFY(!QFile::exists(directory.filePath(QStringLiteral("elsewhere"))));
}

AEGIS_TEST(TestRotationLock)
#include "TestRotationLock.moc"
