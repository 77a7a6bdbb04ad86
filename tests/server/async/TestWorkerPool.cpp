#include "server/async/Task.h"
#include "server/async/WorkerPool.h"
#include "tests/support/TestMain.h"

#include <QtCore/QThread>

#include <array>
#include <future>
#include <stdexcept>

using namespace aegis;

class TestWorkerPool : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void resumesOnTheAwaitingThread();
    void refusesAtOnceWhenTheQueueIsFull();
    void turnsAnExceptionIntoAProblem();
    void finishesWhatIsUnderWayAndRefusesWhatWaitsWhenItEnds();
    void doesNotBeginWhatNobodyWaitsForAnyMore();
    void tellsEachThreadThatIsIdleOnce();
    void endsAtOnceWhileAThreadIsIdle();
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

static Task<Result<int>> waitOnPool(WorkerPool &pool, std::promise<void> &started, std::shared_future<void> release)
{
    auto result = co_await pool.run<int>([&](int) -> Result<int> {
        started.set_value();
        release.wait();
        return 7;
    });
    co_return result;
}

static Task<Result<int>> countOnPool(WorkerPool &pool, std::atomic<int> &count, Deadline deadline = noDeadline)
{
    auto result = co_await pool.run<int>([&](int) -> Result<int> { return ++count; }, deadline);
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
    auto waitForRelease = [&](int) {
        started.set_value();
        release.get_future().wait();
    };
    QVERIFY_RESULT(pool.post({.run = waitForRelease}));
    started.get_future().wait();
    QVERIFY_RESULT(pool.post({.run = [](int) {}}));
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

void TestWorkerPool::finishesWhatIsUnderWayAndRefusesWhatWaitsWhenItEnds()
{
    WorkerPool pool({.name = "test", .threads = 1, .capacity = 100});
    std::promise<void> started;
    std::promise<void> release;
    std::atomic<int> begun = 0;
    std::optional<Result<int>> underWay;
    QList<ProblemCode> refusals;
    const auto count = [&] {
        spawn(countOnPool(pool, begun), [&](std::optional<Result<int>> value, auto) {
            if (!*value)
                refusals.append(value->problem().code);
        });
    };
    spawn(waitOnPool(pool, started, release.get_future().share()), [&](auto value, auto) { underWay = std::move(value); });
    started.get_future().wait();
    for (int i = 0; i < 50; ++i)
        count();

    pool.refuse();
    QTRY_COMPARE(refusals, QList<ProblemCode>(50, ProblemCode::ShuttingDown)); // while the worker is still busy
    count();
    QCOMPARE(refusals.size(), 51); // at once
    QCOMPARE(refusals.last(), ProblemCode::ShuttingDown);
    QVERIFY(!underWay);
    release.set_value();
    pool.stop();
    QTRY_VERIFY(underWay);

    QVERIFY_RESULT(*underWay);
    QCOMPARE(underWay->value(), 7);
    QCOMPARE(begun.load(), 0);
    QCOMPARE(pool.waiting(), std::size_t(0));
    QCOMPARE(pool.rejected(), std::uint64_t(0)); // those of a full queue are counted
}

void TestWorkerPool::doesNotBeginWhatNobodyWaitsForAnyMore()
{
    WorkerPool pool({.name = "test", .threads = 1, .capacity = 4});
    std::promise<void> started;
    std::promise<void> release;
    std::atomic<int> begun = 0;
    std::optional<Result<int>> underWay;
    std::optional<Result<int>> late;
    std::optional<Result<int>> inTime;
    const auto now = std::chrono::steady_clock::now();
    spawn(waitOnPool(pool, started, release.get_future().share()), [&](auto value, auto) { underWay = std::move(value); });
    started.get_future().wait();
    spawn(countOnPool(pool, begun, now + std::chrono::milliseconds(1)), [&](auto value, auto) { late = std::move(value); });
    spawn(countOnPool(pool, begun, now + std::chrono::hours(1)), [&](auto value, auto) { inTime = std::move(value); });

    QTRY_VERIFY(std::chrono::steady_clock::now() > now + std::chrono::milliseconds(1));
    release.set_value();
    QTRY_VERIFY(underWay && late && inTime);

    QCOMPARE(late->problem().code, ProblemCode::HandlerTimeout);
    QVERIFY2(late->problem().detail.isEmpty(), "what the transport tells in the handler's place has none");
    QVERIFY_RESULT(*inTime);
    QCOMPARE(begun.load(), 1);
}

void TestWorkerPool::tellsEachThreadThatIsIdleOnce()
{
    std::array<std::atomic<int>, 2> idle{};
    std::atomic<int> ran = 0;
    WorkerPool pool({.name = "test", .threads = 2, .capacity = 4, .idleAfter = std::chrono::milliseconds(20), .idle = [&](int worker) {
                         ++idle.at(static_cast<std::size_t>(worker));
                     }});

    QTRY_VERIFY(idle[0] == 1 && idle[1] == 1);
    std::promise<int> worker;
    QVERIFY_RESULT(pool.post({.run = [&](int on) {
        ++ran;
        worker.set_value(on);
    }}));
    const auto on = static_cast<std::size_t>(worker.get_future().get());

    QTRY_COMPARE(idle.at(on).load(), 2); // it has been of use, so it is told again
    QCOMPARE(idle.at(1 - on).load(), 1); // the other has slept all the time
    QCOMPARE(ran.load(), 1);
}

void TestWorkerPool::endsAtOnceWhileAThreadIsIdle()
{
    bool told = false;
    {
        const WorkerPool pool({.name = "test", .threads = 1, .capacity = 1, .idleAfter = std::chrono::hours(1), .idle = [&](int) { told = true; }});
    }
    QVERIFY(!told);
}

void TestWorkerPool::aTaskThatNeedNotWaitEndsAtOnce()
{
    int answer = 0;

    spawn(nested(), [&](std::optional<int> value, auto) { answer = value.value_or(-1); });

    QCOMPARE(answer, 10);
}

AEGIS_TEST(TestWorkerPool)
#include "TestWorkerPool.moc"
