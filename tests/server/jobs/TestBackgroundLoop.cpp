#include "server/jobs/BackgroundLoop.h"
#include "server/log/Log.h"
#include "tests/support/TestMain.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QTemporaryFile>

#include <future>
#include <stdexcept>

using namespace aegis;
using namespace std::chrono_literals;

class TestBackgroundLoop : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void doesItsStepAgainAndAgain();
    void theFirstStepIsOverWhenItHasStarted();
    void aFirstStepThatFailsStopsTheStart();
    void aStartInTheBackgroundWaitsForNothing();
    void afterAStartInTheBackgroundAFailureIsTriedAgain();
    void anExceptionCountsAsAFailure();
    void saysOnceThatItFailsAndOnceThatItIsWell();
    void stopsWithoutWaitingForThePause();
    void endsAfterTheStepThatIsUnderWay();
    void oneThatNeverStartedJustEnds();
};

static Problem broken()
{
    return Problem(ProblemCode::DatabaseUnavailable).withInternal(QStringLiteral("no way"));
}

void TestBackgroundLoop::doesItsStepAgainAndAgain()
{
    std::promise<void> thirdStep;
    std::atomic<int> steps = 0;
    BackgroundLoop loop({.name = "test", .pause = 1ms, .step = [&]() -> Result<void> {
                             if (++steps == 3)
                                 thirdStep.set_value();
                             return {};
                         }});

    QVERIFY_RESULT(loop.start());

    QCOMPARE(thirdStep.get_future().wait_for(10s), std::future_status::ready);
}

void TestBackgroundLoop::theFirstStepIsOverWhenItHasStarted()
{
    std::atomic<bool> done = false;
    BackgroundLoop loop({.name = "a name that is far too long", .pause = 1h, .step = [&]() -> Result<void> {
                             std::this_thread::yield();
                             done = true;
                             return {};
                         }});

    QVERIFY_RESULT(loop.start());

    QVERIFY(done);
}

void TestBackgroundLoop::aFirstStepThatFailsStopsTheStart()
{
    std::atomic<int> steps = 0;
    {
        BackgroundLoop loop({.name = "test", .pause = 0ms, .step = [&]() -> Result<void> {
                                 ++steps;
                                 return broken();
                             }});

        const Result<void> started = loop.start();

        QVERIFY(!started.ok());
        QCOMPARE(started.problem().code, ProblemCode::DatabaseUnavailable);
        QCOMPARE(started.problem().internal, QStringLiteral("no way"));
    }
    QCOMPARE(steps.load(), 1);
}

void TestBackgroundLoop::aStartInTheBackgroundWaitsForNothing()
{
    std::promise<void> hasReturned, hasStepped;
    BackgroundLoop loop({.name = "test", .pause = 1h, .step = [&]() -> Result<void> {
                             hasReturned.get_future().wait(); // for ever, were the first step waited for
                             hasStepped.set_value();
                             return {};
                         }});

    loop.startInBackground();
    hasReturned.set_value();

    QCOMPARE(hasStepped.get_future().wait_for(10s), std::future_status::ready); // though the pause is an hour
}

void TestBackgroundLoop::afterAStartInTheBackgroundAFailureIsTriedAgain()
{
    std::promise<void> over;
    int step = 0;
    BackgroundLoop loop({.name = "test",
                         .pause = 1h,
                         .step = [&]() -> Result<void> {
                             if (++step == 1)
                                 return broken();
                             over.set_value();
                             return {};
                         },
                         .pauseAfterFailure = 1ms});

    loop.startInBackground();

    QCOMPARE(over.get_future().wait_for(10s), std::future_status::ready);
}

void TestBackgroundLoop::anExceptionCountsAsAFailure()
{
    BackgroundLoop loop({.name = "test", .pause = 0ms, .step = []() -> Result<void> { throw std::runtime_error("a bug"); }});

    const Result<void> started = loop.start();

    QVERIFY(!started.ok());
    QCOMPARE(started.problem().code, ProblemCode::Internal);
    QCOMPARE(started.problem().internal, QStringLiteral("a bug"));
}

void TestBackgroundLoop::saysOnceThatItFailsAndOnceThatItIsWell()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    log::configure({.level = LogLevel::Info, .format = LogFormat::Json, .descriptor = file.handle(), .colours = false});
    std::promise<void> over;
    int step = 0;
    {
        BackgroundLoop loop({.name = "test", .pause = 0ms, .step = [&]() -> Result<void> {
                                 ++step;
                                 if (step == 8)
                                     over.set_value();
                                 if (step == 5)
                                     return Problem(ProblemCode::Internal, QStringLiteral("another reason"));
                                 return step >= 2 && step <= 4 ? Result<void>(broken()) : Result<void>();
                             }});
        QVERIFY_RESULT(loop.start());
        QCOMPARE(over.get_future().wait_for(10s), std::future_status::ready);
    }
    QVERIFY(log::flush(10s));
    log::configure({});

    QVERIFY(file.seek(0));
    const QByteArray lines = file.readAll();
    QCOMPARE(lines.count('\n'), 3);
    QCOMPARE(lines.count("background_failing"), 2); // once for each reason
    QCOMPARE(lines.count("no way"), 1);
    QCOMPARE(lines.count("another reason"), 1);
    QCOMPARE(lines.count("background_recovered"), 1);
    QVERIFY(lines.indexOf("background_failing") < lines.indexOf("background_recovered"));
}

void TestBackgroundLoop::stopsWithoutWaitingForThePause()
{
    QElapsedTimer timer;
    timer.start();
    {
        BackgroundLoop loop({.name = "test", .pause = 1h, .step = [] { return Result<void>(); }});
        QVERIFY_RESULT(loop.start());
    }
    QVERIFY2(timer.elapsed() < 30'000, "it did not wait for the hour");
}

void TestBackgroundLoop::endsAfterTheStepThatIsUnderWay()
{
    std::promise<void> entered;
    std::atomic<bool> finished = false;
    std::atomic<int> steps = 0;
    {
        BackgroundLoop loop({.name = "test", .pause = 0ms, .step = [&]() -> Result<void> {
                                 if (++steps == 2) {
                                     entered.set_value();
                                     std::this_thread::yield();
                                     finished = true;
                                 }
                                 return {};
                             }});
        QVERIFY_RESULT(loop.start());
        QCOMPARE(entered.get_future().wait_for(10s), std::future_status::ready);
    }
    QVERIFY(finished);
}

void TestBackgroundLoop::oneThatNeverStartedJustEnds()
{
    bool stepped = false;
    {
        const BackgroundLoop loop({.name = "test", .pause = 0ms, .step = [&]() -> Result<void> {
                                       stepped = true;
                                       return {};
                                   }});
    }
    QVERIFY(!stepped);
}

AEGIS_TEST(TestBackgroundLoop)
#include "TestBackgroundLoop.moc"
