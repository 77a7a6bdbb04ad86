#include "server/config/EncryptionKeys.h"
#include "server/config/InstanceSecrets.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

using namespace aegis;

class TestEncryptionKeys : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void makesNothingByItself();
    void theNewestFileSeals();
    void doesWithoutTheOldFiles();
    void whatIsSetTakesThePlaceOfTheFiles();
    void readsNoFileBesideAKeyThatIsSet();
    void thePreviousOneOnlyOpens();
    void theServerTakesTheNewestFile();

private:
    static Secret key(char byte) { return Secret(QByteArray(32, byte)); }
    Sealing::Keys loaded() const
    {
        auto keys = EncryptionKeys(m_settings).load();
        return keys ? *std::move(keys) : Sealing::Keys();
    }
    QString fileOf(const QString &name) const { return m_directory->filePath(QStringLiteral("secrets/") + name); }

    std::unique_ptr<QTemporaryDir> m_directory;
    Settings m_settings = Settings::defaults();
};

void TestEncryptionKeys::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_settings = Settings::defaults();
    m_settings.dataDir = m_directory->path();
}

void TestEncryptionKeys::makesNothingByItself()
{
    QVERIFY(loaded().empty());
    QVERIFY(!QFile::exists(fileOf(QStringLiteral("encryption-key"))));
}

void TestEncryptionKeys::theNewestFileSeals()
{
    QVERIFY_RESULT(EncryptionKeys(m_settings).makeNext());
    const Sealing::Keys before = loaded();
    const auto old = Sealing::make(before);
    const QByteArray sealed = *old->seal(Secret(QByteArrayView("secret")), "x");

    const auto made = EncryptionKeys(m_settings).makeNext();

    QVERIFY_RESULT(made);
    QCOMPARE(*made, fileOf(QStringLiteral("encryption-key-2")));
    const Sealing::Keys both = loaded();
    QCOMPARE(both.size(), std::size_t(2));
    const auto sealing = Sealing::make(both);
    QVERIFY(sealing->isOutdated(sealed));
    QCOMPARE(sealing->open(sealed, "x")->reveal().toByteArray(), QByteArray("secret"));
}

void TestEncryptionKeys::doesWithoutTheOldFiles()
{
    for (int i = 0; i < 3; ++i)
        QVERIFY_RESULT(EncryptionKeys(m_settings).makeNext());
    const QByteArray mark = Sealing::make(loaded())->mark();
    QVERIFY(QFile::remove(fileOf(QStringLiteral("encryption-key"))));
    QVERIFY(QFile::remove(fileOf(QStringLiteral("encryption-key-2"))));

    QCOMPARE(loaded().size(), std::size_t(1));
    QCOMPARE(Sealing::make(loaded())->mark(), mark);
}

void TestEncryptionKeys::whatIsSetTakesThePlaceOfTheFiles()
{
    QVERIFY_RESULT(EncryptionKeys(m_settings).makeNext());
    const auto ofFile = Sealing::make(loaded());
    m_settings.encryptionKey = key('s');

    const auto sealing = Sealing::make(loaded());

    QCOMPARE(sealing->mark(), Sealing::make({{1, key('s')}})->mark());
    QVERIFY(!sealing->open(*ofFile->seal(key('p'), ""), "")); // it may be the wrong one that is set
}

void TestEncryptionKeys::readsNoFileBesideAKeyThatIsSet()
{
    QVERIFY_RESULT(EncryptionKeys(m_settings).makeNext());
    QFile file(fileOf(QStringLiteral("encryption-key")));
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate)); // which makes reading it a problem
    file.close();
    QVERIFY(!EncryptionKeys(m_settings).load());

    m_settings.encryptionKey = key('s');
    m_settings.encryptionKeyPrevious = key('p');

    QCOMPARE(loaded().size(), std::size_t(2));
    const auto secrets = InstanceSecrets::load(m_settings, true);
    QVERIFY_RESULT(secrets);
    QVERIFY(secrets->encryptionKey.equals(key('s')));
}

void TestEncryptionKeys::thePreviousOneOnlyOpens()
{
    m_settings.encryptionKeyPrevious = key('p');
    for (const bool isSet : {true, false}) {
        if (isSet) {
            m_settings.encryptionKey = key('s');
        } else {
            m_settings.encryptionKey = Secret();
            QVERIFY_RESULT(EncryptionKeys(m_settings).makeNext());
        }
        const auto sealing = Sealing::make(loaded());
        const auto previous = Sealing::make({{1, key('p')}});

        QVERIFY(sealing->mark() != previous->mark());
        QVERIFY_RESULT(sealing->open(*previous->seal(key('x'), ""), ""));
    }
}

void TestEncryptionKeys::theServerTakesTheNewestFile()
{
    QVERIFY_RESULT(EncryptionKeys(m_settings).makeNext());
    QVERIFY_RESULT(EncryptionKeys(m_settings).makeNext());
    QVERIFY(QFile::remove(fileOf(QStringLiteral("encryption-key"))));

    const auto secrets = InstanceSecrets::load(m_settings, true);

    QVERIFY_RESULT(secrets);
    QVERIFY(secrets->encryptionKey.equals(loaded().rbegin()->second));
    QVERIFY(!QFile::exists(fileOf(QStringLiteral("encryption-key"))));
    QVERIFY(!secrets->made.contains(QStringLiteral("encryption-key")));
}

AEGIS_TEST(TestEncryptionKeys)
#include "TestEncryptionKeys.moc"
