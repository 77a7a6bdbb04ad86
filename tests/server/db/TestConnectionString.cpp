#include "server/db/ConnectionString.h"
#include "tests/support/TestMain.h"

using namespace aegis;

class TestConnectionString : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsBothForms_data();
    void readsBothForms();
    void refusesWithoutRepeatingThePassword_data();
    void refusesWithoutRepeatingThePassword();
    void describesItselfWithoutThePassword();
    void quotesWhatIsLeft();
};

void TestConnectionString::readsBothForms_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<QByteArray>("port");
    QTest::addColumn<QByteArray>("attributes");

    QTest::newRow("address") << QStringLiteral("postgres://u:p%40ss@db.example/aegis") << QByteArray("db.example") << QByteArray() << QByteArray();
    QTest::newRow("the longer scheme") << QStringLiteral("postgresql://u:p%40ss@db.example:6432/aegis") << QByteArray("db.example")
                                       << QByteArray("6432") << QByteArray();
    QTest::newRow("several hosts") << QStringLiteral("postgres://u:p%40ss@a:1,b:2/aegis?target_session_attrs=read-write") << QByteArray("a,b")
                                   << QByteArray("1,2") << QByteArray("read-write");
    QTest::newRow("keywords") << QStringLiteral("host=/run/pg port=5433 user=u password='p@ss' dbname=aegis") << QByteArray("/run/pg")
                              << QByteArray("5433") << QByteArray();
}

void TestConnectionString::readsBothForms()
{
    QFETCH(const QString, text);
    QFETCH(const QByteArray, host);
    QFETCH(const QByteArray, port);
    QFETCH(const QByteArray, attributes);

    const auto read = ConnectionString::parse(text);

    QVERIFY_RESULT(read);
    QCOMPARE(read->value("host"), host);
    QCOMPARE(read->value("port"), port);
    QCOMPARE(read->value("target_session_attrs"), attributes);
    QCOMPARE(read->value("user"), QByteArray("u"));
    QCOMPARE(read->value("dbname"), QByteArray("aegis"));
    QVERIFY(read->password().equals(Secret(QByteArrayView("p@ss"))));
}

void TestConnectionString::refusesWithoutRepeatingThePassword_data()
{
    QTest::addColumn<QString>("text");

    QTest::newRow("nothing") << QString();
    QTest::newRow("another scheme") << QStringLiteral("mysql://u:hunter2@host/db");
    QTest::newRow("an address without its end") << QStringLiteral("postgres://u:hunter2@[::1/db");
    QTest::newRow("an unknown keyword") << QStringLiteral("postgres://u:hunter2@host/db?colour=red");
    QTest::newRow("a semicolon in a name") << QStringLiteral("postgres://u:hunter2@host/d;b");
    QTest::newRow("a NUL") << QString(QStringLiteral("postgres://u:hunter2@host/db") + QChar(u'\0'));
}

void TestConnectionString::refusesWithoutRepeatingThePassword()
{
    QFETCH(const QString, text);

    const auto read = ConnectionString::parse(text);

    QVERIFY(!read.ok());
    QVERIFY(read.problem().detail.startsWith(QStringLiteral("DATABASE_URL")));
    QVERIFY(!read.problem().detail.contains(QStringLiteral("hunter2")) && !read.problem().internal.contains(QStringLiteral("hunter2")));
}

void TestConnectionString::describesItselfWithoutThePassword()
{
    const auto read = ConnectionString::parse(QStringLiteral("postgres://u:hunter2@host/db?sslmode=verify-full"));

    QVERIFY_RESULT(read);
    QCOMPARE(read->description(), QStringLiteral("dbname=db host=host sslmode=verify-full user=u"));
}

void TestConnectionString::quotesWhatIsLeft()
{
    const auto read = ConnectionString::parse(QStringLiteral("host=h user=u dbname=d sslrootcert='/a b/it\\'s'"));

    QVERIFY_RESULT(read);
    QCOMPARE(read->remainingOptions(), QByteArray("sslrootcert='/a b/it\\'s'"));
    QCOMPARE(read->with("port", "1").remainingOptions(), QByteArray("port='1' sslrootcert='/a b/it\\'s'"));
}

AEGIS_TEST(TestConnectionString)
#include "TestConnectionString.moc"
