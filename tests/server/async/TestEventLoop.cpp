#include "server/async/EventLoop.h"
#include "server/async/Task.h"
#include "tests/support/TestMain.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEventLoop>
#include <QtCore/QThread>

#include <atomic>
#include <stdexcept>
#include <thread>

using namespace aegis;

class TestEventLoop : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void runsLaterInTheOrderOfTheCalls();
    void runsOnItsOwnThread();
    void doesNothingWhenTheThreadHasEnded();
    void anExceptionReachesWhoAwaits();
    void aTaskThatIsNeverStartedIsJustDestroyed();
    void movingATaskLeavesNothingBehind();
};

void TestEventLoop::runsLaterInTheOrderOfTheCalls()
{
    const EventLoop loop = EventLoop::current();
    QList<int> order;

    for (int i = 0; i < 3; ++i)
        loop.post([&order, i] { order.append(i); });

    QVERIFY2(order.isEmpty(), "not before the call has returned");
    QTRY_COMPARE(order, (QList<int>{0, 1, 2}));
}

void TestEventLoop::runsOnItsOwnThread()
{
    const EventLoop loop = EventLoop::current();
    QThread *ranOn = nullptr;

    std::thread other([&] { loop.post([&] { ranOn = QThread::currentThread(); }); });
    other.join();

    QVERIFY(!ranOn);
    QTRY_COMPARE(ranOn, QThread::currentThread());
}

void TestEventLoop::doesNothingWhenTheThreadHasEnded()
{
    std::optional<EventLoop> loop;
    std::thread other([&] {
        QEventLoop events;
        loop = EventLoop::current();
        loop->post([&] { events.quit(); });
        events.exec();
    });
    other.join();
    const auto kept = std::make_shared<int>(1);
    bool ran = false;

    loop->post([kept, &ran] { ran = true; });
    QCoreApplication::processEvents();
    loop.reset();

    QVERIFY(!ran);
    QCOMPARE(kept.use_count(), 1L);
}

static Task<int> failing()
{
    throw std::runtime_error("broken");
    co_return 1;
}

static Task<int> awaiting()
{
    const int value = co_await failing();
    co_return value + 1;
}

static Task<void> silent(bool *done)
{
    *done = true;
    co_return;
}

static Task<int> after(bool *done)
{
    co_await silent(done);
    co_return 2;
}

void TestEventLoop::anExceptionReachesWhoAwaits()
{
    std::optional<int> value;
    QByteArray what;

    spawn(awaiting(), [&](std::optional<int> answer, const std::exception_ptr &exception) {
        value = answer;
        try {
            if (exception)
                std::rethrow_exception(exception);
        } catch (const std::runtime_error &error) {
            what = error.what();
        }
    });

    QVERIFY(!value);
    QCOMPARE(what, QByteArray("broken"));
}

void TestEventLoop::aTaskThatIsNeverStartedIsJustDestroyed()
{
    bool done = false;
    {
        const Task<void> task = silent(&done);
    }
    QVERIFY(!done);
}

void TestEventLoop::movingATaskLeavesNothingBehind()
{
    bool first = false;
    bool second = false;
    int answer = 0;
    Task<int> task = after(&first);

    task = after(&second);
    spawn(std::move(task), [&](std::optional<int> value, const std::exception_ptr &) { answer = value.value_or(0); });

    QCOMPARE(answer, 2);
    QVERIFY(second && !first);
}

AEGIS_TEST(TestEventLoop)
#include "TestEventLoop.moc"
