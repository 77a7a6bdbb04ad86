#include "server/async/Task.h"
#include "server/async/WorkerPool.h"
#include "tests/support/TestMain.h"

#include <QtCore/QThread>

#include <future>
#include <stdexcept>

using namespace aegis;

class TestWorkerPool : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void resumesOnTheAwaitingThread();
    void refusesAtOnceWhenTheQueueIsFull();
    void turnsAnExceptionIntoAProblem();
    void finishesWhatWasAcceptedBeforeItEnds();
    void aTaskThatNeedNotWaitEndsAtOnce();
};

static Task<Result<int>> doubleOnPool(WorkerPool &pool, int number, QThread **ranOn, QThread **resumedOn)
{
    auto result = co_await pool.run<int>([&](int) -> Result<int> {
        *ranOn = QThread::currentThread();
        return 2 * number;
    });
    *resumedOn = QThread::currentThread();
    co_return result;
}

static Task<Result<int>> failOnPool(WorkerPool &pool)
{
    CO_TRY(const int number, co_await pool.run<int>([](int) -> Result<int> { throw std::runtime_error("broken"); }));
    co_return number;
}

static Task<int> immediately()
{
    co_return 5;
}

static Task<int> nested()
{
    const int once = co_await immediately();
    const int twice = co_await immediately();
    co_return once + twice;
}

void TestWorkerPool::resumesOnTheAwaitingThread()
{
    WorkerPool pool({.name = "test", .threads = 2, .capacity = 4});
    QThread *ranOn = nullptr;
    QThread *resumedOn = nullptr;
    std::optional<Result<int>> answer;

    spawn(doubleOnPool(pool, 21, &ranOn, &resumedOn), [&](auto value, auto) { answer = std::move(value); });
    QVERIFY(!answer);
    QTRY_VERIFY(answer);

    QCOMPARE(answer->value(), 42);
    QVERIFY(ranOn != QThread::currentThread());
    QCOMPARE(resumedOn, QThread::currentThread());
}

void TestWorkerPool::refusesAtOnceWhenTheQueueIsFull()
{
    std::promise<void> started;
    std::promise<void> release;
    WorkerPool pool({.name = "test", .threads = 1, .capacity = 1});
    QVERIFY(pool.tryPost([&](int) {
        started.set_value();
        release.get_future().wait();
    }));
    started.get_future().wait();
    QVERIFY(pool.tryPost([](int) {}));
    QCOMPARE(pool.waiting(), std::size_t(1));

    std::optional<Result<int>> answer;
    QThread *unused = nullptr;
    spawn(doubleOnPool(pool, 1, &unused, &unused), [&](auto value, auto) { answer = std::move(value); });

    QCOMPARE(pool.rejected(), std::uint64_t(1));
    QVERIFY2(answer, "a full queue answers before spawn() returns");
    QCOMPARE(answer->problem().code, ProblemCode::Overloaded);
    QVERIFY(answer->problem().retryAfter);
    release.set_value();
}

void TestWorkerPool::turnsAnExceptionIntoAProblem()
{
    WorkerPool pool({.name = "test", .threads = 1, .capacity = 4});
    std::optional<Result<int>> answer;

    spawn(failOnPool(pool), [&](auto value, auto) { answer = std::move(value); });
    QTRY_VERIFY(answer);

    QCOMPARE(answer->problem().code, ProblemCode::Internal);
    QCOMPARE(answer->problem().internal, QStringLiteral("broken"));
    QVERIFY2(answer->problem().detail.isEmpty(), "what failed inside is not for the client");
}

void TestWorkerPool::finishesWhatWasAcceptedBeforeItEnds()
{
    std::atomic<int> done = 0;
    {
        WorkerPool pool({.name = "test", .threads = 2, .capacity = 100});
        for (int i = 0; i < 50; ++i)
            QVERIFY(pool.tryPost([&](int) { ++done; }));
    }
    QCOMPARE(done.load(), 50);
}

void TestWorkerPool::aTaskThatNeedNotWaitEndsAtOnce()
{
    int answer = 0;

    spawn(nested(), [&](std::optional<int> value, auto) { answer = value.value_or(-1); });

    QCOMPARE(answer, 10);
}

AEGIS_TEST(TestWorkerPool)
#include "TestWorkerPool.moc"
