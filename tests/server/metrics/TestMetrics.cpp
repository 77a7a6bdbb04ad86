#include "server/metrics/Metrics.h"
#include "server/metrics/RequestObserver.h"
#include "tests/support/TestMain.h"

#include <QtCore/QRegularExpression>

#include <stdexcept>
#include <thread>

using namespace aegis;

class TestMetrics : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rendersWhatAReaderUnderstands();
    void countsFromManyThreads();
    void givesTheSameHandleForTheSameLabels();
    void countsAnswersByOperationAndStatus();
    void countsUnknownOperationsAsNone();
    void putsADurationIntoItsBuckets_data();
    void putsADurationIntoItsBuckets();
    void asksAGaugeEachTimeAndForgetsIt();
    void asksForWhatOthersCount();
    void escapesLabels();
    void refusesANameThatIsWrongOrTaken_data();
    void refusesANameThatIsWrongOrTaken();
    void saysWhatTheKernelKnows();

private:
    /// The value behind `name{labels} `, or -1.
    static double valueOf(const QByteArray &page, const QByteArray &series)
    {
        for (const QByteArray &line : page.split('\n')) {
            if (line.startsWith(series + ' '))
                return line.mid(series.size() + 1).toDouble();
        }
        return -1;
    }
};

void TestMetrics::rendersWhatAReaderUnderstands()
{
    Metrics metrics;
    metrics.counter("logins_total", "Logins.", {{"result", "ok"}}).add(2);
    metrics.histogram("hash_seconds", "Hashing.").observe(std::chrono::milliseconds(3));
    metrics.operation("login").observe(200, std::chrono::milliseconds(1));
    const auto gauge = metrics.gauge("queue_jobs", "Waiting.", [] { return 1.5; });

    const QByteArray page = metrics.render();

    static const QRegularExpression sample(
        QStringLiteral("^[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\\n]|\\\\[\"\\\\n])*\",?)*\\})? (NaN|[+-]Inf|[-+0-9.e]+)$"));
    QByteArray family;
    QSet<QByteArray> families;
    QVERIFY(page.endsWith('\n'));
    for (const QByteArray &line : page.chopped(1).split('\n')) {
        if (line.startsWith("# TYPE ")) {
            family = line.split(' ').at(2);
            QVERIFY2(!families.contains(family), line.constData()); // one group for each name
            families.insert(family);
        } else if (!line.startsWith("# HELP ")) {
            QVERIFY2(sample.match(QString::fromUtf8(line)).hasMatch(), line.constData());
            QVERIFY2(line.startsWith(family), line.constData());
        }
    }
    QVERIFY(families.contains("http_requests_total") && families.contains("hash_seconds") && families.contains("queue_jobs"));
    QCOMPARE(valueOf(page, "logins_total{result=\"ok\"}"), 2.0);
    QCOMPARE(valueOf(page, "queue_jobs"), 1.5);
    QVERIFY(page.contains("# TYPE hash_seconds histogram"));
}

void TestMetrics::countsFromManyThreads()
{
    Metrics metrics;
    Counter &counter = metrics.counter("things_total", "Things.");
    OperationMetrics &operation = metrics.operation("login");
    {
        std::vector<std::jthread> running;
        for (int thread = 0; thread < 4; ++thread) {
            running.emplace_back([&counter, &operation] {
                for (int i = 0; i < 10'000; ++i) {
                    counter.add();
                    operation.observe(200, std::chrono::microseconds(1));
                }
            });
        }
    }

    QCOMPARE(counter.value(), std::uint64_t(40'000));
    QCOMPARE(operation.answers(200), std::uint64_t(40'000));
    QCOMPARE(operation.durations().cumulative.back(), std::uint64_t(40'000));
    QVERIFY(std::abs(operation.durations().sum - 0.04) < 1e-9);
}

void TestMetrics::givesTheSameHandleForTheSameLabels()
{
    Metrics metrics;

    QCOMPARE(&metrics.counter("a_total", "A.", {{"x", "1"}}), &metrics.counter("a_total", "A.", {{"x", "1"}}));
    QVERIFY(&metrics.counter("a_total", "A.", {{"x", "1"}}) != &metrics.counter("a_total", "A.", {{"x", "2"}}));
    QCOMPARE(&metrics.operation("login"), &metrics.operation("login"));
}

void TestMetrics::countsAnswersByOperationAndStatus()
{
    Metrics metrics;
    OperationMetrics &login = metrics.operation("login");
    login.observe(200, std::chrono::milliseconds(1));
    login.observe(200, std::chrono::milliseconds(2));
    login.observe(401, std::chrono::milliseconds(3));
    login.observe(7, std::chrono::milliseconds(4));

    const QByteArray page = metrics.render();

    QCOMPARE(valueOf(page, "http_requests_total{operation=\"login\",status=\"200\"}"), 2.0);
    QCOMPARE(valueOf(page, "http_requests_total{operation=\"login\",status=\"401\"}"), 1.0);
    QCOMPARE(valueOf(page, "http_requests_total{operation=\"login\",status=\"599\"}"), 1.0);
    QCOMPARE(valueOf(page, "http_requests_total{operation=\"login\",status=\"500\"}"), -1.0);
    QCOMPARE(valueOf(page, "http_request_duration_seconds_count{operation=\"login\"}"), 4.0);
}

void TestMetrics::countsUnknownOperationsAsNone()
{
    Metrics metrics;
    const std::vector<std::string_view> operations{"login", "refresh"};
    const RequestObserver observer(metrics, operations);

    observer.observe("refresh", 200, std::chrono::milliseconds(1));
    observer.observe("", 404, std::chrono::milliseconds(1));
    observer.observe("made-up", 404, std::chrono::milliseconds(1));

    const QByteArray page = metrics.render();
    QCOMPARE(valueOf(page, "http_requests_total{operation=\"refresh\",status=\"200\"}"), 1.0);
    QCOMPARE(valueOf(page, "http_requests_total{operation=\"none\",status=\"404\"}"), 2.0);
    QVERIFY(!page.contains("made-up"));
}

void TestMetrics::putsADurationIntoItsBuckets_data()
{
    QTest::addColumn<qint64>("nanoseconds");
    QTest::addColumn<int>("firstBucket");
    const int all = int(Histogram::bounds.size());
    QTest::newRow("no time") << qint64(0) << 0;
    QTest::newRow("negative counts as none") << qint64(-5) << 0;
    QTest::newRow("exactly a bound belongs to it") << qint64(1'000'000) << 3;
    QTest::newRow("just above a bound") << qint64(1'000'001) << 4;
    QTest::newRow("beyond the last bound") << qint64(31'000'000'000) << all;
}

void TestMetrics::putsADurationIntoItsBuckets()
{
    QFETCH(const qint64, nanoseconds);
    QFETCH(const int, firstBucket);
    const auto histogram = std::make_unique<Histogram>(); // g++ 12's AddressSanitizer aligns the stack to less than it asks for

    histogram->observe(std::chrono::nanoseconds(nanoseconds));

    const auto snapshot = histogram->snapshot();
    for (std::size_t i = 0; i < snapshot.cumulative.size(); ++i)
        QCOMPARE(snapshot.cumulative[i], std::uint64_t(int(i) >= firstBucket ? 1 : 0));
}

void TestMetrics::asksAGaugeEachTimeAndForgetsIt()
{
    Metrics metrics;
    double value = 1;
    {
        Metrics::Sampled gauge = metrics.gauge("depth", "Depth.", [&value] { return value; });
        QCOMPARE(valueOf(metrics.render(), "depth"), 1.0);
        value = 7;
        const Metrics::Sampled moved = std::move(gauge);
        QCOMPARE(valueOf(metrics.render(), "depth"), 7.0);
    }

    QVERIFY(!metrics.render().contains("depth"));
}

void TestMetrics::asksForWhatOthersCount()
{
    Metrics metrics;
    double value = 3;
    const auto first = metrics.sampledCounter("lost_total", "Lost.", [&value] { return value; }, {{"where", "here"}});
    const auto second = metrics.sampledCounter("lost_total", "Lost.", [] { return 5.0; }, {{"where", "there"}});

    QVERIFY(metrics.render().contains("# TYPE lost_total counter\n"));
    QCOMPARE(valueOf(metrics.render(), "lost_total{where=\"here\"}"), 3.0);
    value = 4;
    QCOMPARE(valueOf(metrics.render(), "lost_total{where=\"here\"}"), 4.0);
    QCOMPARE(valueOf(metrics.render(), "lost_total{where=\"there\"}"), 5.0);
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)metrics.gauge("lost_total", "Lost.", [] { return 0.0; }));
}

void TestMetrics::escapesLabels()
{
    Metrics metrics;
    metrics.counter("odd_total", "Odd.", {{"what", "a\"b\\c\nd"}}).add();

    QCOMPARE(valueOf(metrics.render(), "odd_total{what=\"a\\\"b\\\\c\\nd\"}"), 1.0);
}

void TestMetrics::refusesANameThatIsWrongOrTaken_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("digit first") << QByteArray("1a");
    QTest::newRow("hyphen") << QByteArray("a-b");
    QTest::newRow("line feed") << QByteArray("a\nb");
    QTest::newRow("taken by another kind") << QByteArray("http_requests_total");
}

void TestMetrics::refusesANameThatIsWrongOrTaken()
{
    QFETCH(const QByteArray, name);
    Metrics metrics;

    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)metrics.gauge(name.toStdString(), "Help.", [] { return 0.0; }));
    QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)metrics.histogram(name.toStdString(), "Help."));
}

void TestMetrics::saysWhatTheKernelKnows()
{
    const QByteArray page = Metrics().render();

    const auto now = double(std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
    const double start = valueOf(page, "process_start_time_seconds");
    QVERIFY2(start > now - 3600 && start < now + 5, page.constData());
    QVERIFY(valueOf(page, "process_resident_memory_bytes") > 1e6);
    QVERIFY(valueOf(page, "process_cpu_seconds_total") >= 0);
    QVERIFY(valueOf(page, "process_open_fds") >= 3);
    QVERIFY(valueOf(page, "process_max_fds") > valueOf(page, "process_open_fds"));
    QVERIFY(valueOf(page, "process_threads") >= 1);
    QVERIFY(page.contains("aegis_build_info{qt=\""));
}

AEGIS_TEST(TestMetrics)
#include "TestMetrics.moc"
