#include "server/async/InTime.h"
#include "tests/support/TestMain.h"

#include <future>
#include <stdexcept>

using namespace aegis;
using namespace std::chrono_literals;

class TestInTime : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void givesWhatComesInTime();
    void givesWhatNeedNotWait();
    void turnsAnExceptionIntoAProblem();
    void doesNotWaitForWhatComesLate();
};

static Task<Result<int>> immediately()
{
    co_return 5;
}

static Task<Result<int>> broken()
{
    throw std::runtime_error("broken");
    co_return 0;
}

/// A task that owns what it works with.
static Task<Result<int>> whenReleased(WorkerPool &pool, std::shared_future<void> release, std::shared_ptr<int> done)
{
    auto wait = [&](int) -> Result<int> {
        release.wait();
        return 7;
    };
    auto result = co_await pool.run<int>(wait);
    *done = 1;
    co_return result;
}

static Task<Result<int>> within(Task<Result<int>> task, std::chrono::milliseconds most)
{
    auto result = co_await inTime(std::move(task), most);
    co_return result;
}

void TestInTime::givesWhatComesInTime()
{
    WorkerPool pool({.name = "test", .threads = 1, .capacity = 1});
    std::promise<void> release;
    const auto done = std::make_shared<int>(0);
    std::optional<Result<int>> answer;

    spawn(within(whenReleased(pool, release.get_future().share(), done), 1h), [&](auto value, auto) { answer = std::move(value); });
    QVERIFY(!answer);
    release.set_value();
    QTRY_VERIFY(answer);

    QVERIFY_RESULT(*answer);
    QCOMPARE(answer->value(), 7);
}

void TestInTime::givesWhatNeedNotWait()
{
    std::optional<Result<int>> answer;

    spawn(within(immediately(), 0ms), [&](auto value, auto) { answer = std::move(value); });

    QVERIFY2(answer, "before spawn() returns");
    QCOMPARE(answer->value(), 5);
}

void TestInTime::turnsAnExceptionIntoAProblem()
{
    std::optional<Result<int>> answer;

    spawn(within(broken(), 1h), [&](auto value, auto) { answer = std::move(value); });

    QVERIFY(answer);
    QCOMPARE(answer->problem().code, ProblemCode::Internal);
    QCOMPARE(answer->problem().internal, QStringLiteral("broken"));
}

void TestInTime::doesNotWaitForWhatComesLate()
{
    WorkerPool pool({.name = "test", .threads = 1, .capacity = 1});
    std::promise<void> release;
    const auto done = std::make_shared<int>(0);
    int answers = 0;
    std::optional<Result<int>> answer;

    spawn(within(whenReleased(pool, release.get_future().share(), done), 10ms), [&](auto value, auto) {
        ++answers;
        answer = std::move(value);
    });
    QTRY_VERIFY(answer);
    QCOMPARE(answer->problem().code, ProblemCode::HandlerTimeout);
    QCOMPARE(*done, 0);
    release.set_value();

    QTRY_COMPARE(*done, 1); // it has come to its end all the same
    QTRY_COMPARE(done.use_count(), 1L);
    QCOMPARE(answers, 1);
}

AEGIS_TEST(TestInTime)
#include "TestInTime.moc"
