#include "server/cli/Signals.h"
#include "tests/support/TestMain.h"

#include <signal.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

using namespace aegis;

class TestSignals : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void deliversInTheEventLoop_data();
    void deliversInTheEventLoop();
    void ignoresABrokenPipe();
    void thereIsOneAtATime();
    void putsTheHandlersBack();
};

void TestSignals::deliversInTheEventLoop_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGHUP") << SIGHUP;
}

void TestSignals::deliversInTheEventLoop()
{
    QFETCH(const int, signal);
    QList<int> stops;
    int reloads = 0;
    std::thread::id thread;
    const Signals signals({.stop =
                               [&](int number) {
                                   stops.append(number);
                                   thread = std::this_thread::get_id();
                               },
                           .reload =
                               [&] {
                                   ++reloads;
                                   thread = std::this_thread::get_id();
                               }});

    std::jthread([signal] { ::kill(::getpid(), signal); }).join(); // whichever thread the kernel chooses

    QTRY_COMPARE(stops.size() + reloads, 1);
    QCOMPARE(reloads, signal == SIGHUP ? 1 : 0);
    QCOMPARE(stops, signal == SIGHUP ? QList<int>() : QList<int>{signal});
    QCOMPARE(thread, std::this_thread::get_id());
}

void TestSignals::ignoresABrokenPipe()
{
    const Signals signals({});
    int ends[2] = {-1, -1};
    QCOMPARE(::pipe(ends), 0);
    ::close(ends[0]);

    const ssize_t written = ::write(ends[1], "x", 1);
    const int error = errno;
    ::close(ends[1]);

    QCOMPARE(written, ssize_t(-1));
    QCOMPARE(error, EPIPE);
}

void TestSignals::thereIsOneAtATime()
{
    const Signals signals({});

    QVERIFY_THROWS_EXCEPTION(std::logic_error, Signals(Signals::Handlers{}));
}

void TestSignals::putsTheHandlersBack()
{
    struct sigaction before {
    }, after{};
    ::sigaction(SIGTERM, nullptr, &before);
    {
        const Signals signals({});
        struct sigaction during {};
        ::sigaction(SIGTERM, nullptr, &during);
        QVERIFY(during.sa_handler != before.sa_handler);
    }
    ::sigaction(SIGTERM, nullptr, &after);

    QVERIFY(after.sa_handler == before.sa_handler);
}

AEGIS_TEST(TestSignals)
#include "TestSignals.moc"
