#include "shared/text/Secret.h"
#include "tests/support/TestMain.h"

#include <concepts>
#include <type_traits>

using namespace aegis;

template <class T>
concept Loggable = requires(QDebug debug, const T &value)
{
    debug << value;
};

class TestSecret : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hasNoWayIntoALog();
    void comparesByContent();
    void isEmptyAfterAMove();
};

void TestSecret::hasNoWayIntoALog()
{
    static_assert(Loggable<QString>);
    static_assert(!Loggable<Secret>);
    static_assert(!std::is_convertible_v<Secret, QByteArray> && !std::is_convertible_v<Secret, QString>);
    QVERIFY(!Loggable<Secret>);
}

void TestSecret::comparesByContent()
{
    QVERIFY(Secret("correct horse").equals(Secret("correct horse")));
    QVERIFY(!Secret("correct horse").equals(Secret("correct h0rse")));
    QVERIFY(!Secret("correct").equals(Secret("correct horse")));
}

void TestSecret::isEmptyAfterAMove()
{
    Secret first("short");

    const Secret second = std::move(first);

    QVERIFY(first.isEmpty()); // NOLINT(bugprone-use-after-move): that is the point
    QCOMPARE(second.reveal(), QByteArrayView("short"));
}

AEGIS_TEST(TestSecret)
#include "TestSecret.moc"
