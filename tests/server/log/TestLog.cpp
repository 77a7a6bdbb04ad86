#include "server/context/RequestContext.h"
#include "server/log/AccessLog.h"
#include "server/log/Log.h"
#include "tests/support/TestMain.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QLoggingCategory>
#include <QtCore/QTemporaryFile>

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include <thread>

using namespace aegis;

class TestLog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void writesALineWithTheContextsCorrelation();
    void writesNothingBelowItsLevel_data();
    void writesNothingBelowItsLevel();
    void choosesJsonWhereThereIsNoTerminal();
    void keepsLinesOfManyThreadsApart();
    void takesQtsMessages();
    void survivesAReaderThatIsGone();
    void waitsForNoReader();
    void writesAnAccessLine();
    void saysWhyTheServerFailed();
    void warnsWhenItCannotServe();
    void leavesOutWhatIsNotKnown();
    void writesOnlySoManyRefusalsASecond();

private:
    QList<QByteArray> lines() const
    {
        if (!log::flush(std::chrono::seconds(10)))
            qFatal("the log is not written");
        QFile file(m_file->fileName());
        if (!file.open(QIODevice::ReadOnly))
            qFatal("cannot read the log");
        QList<QByteArray> all = file.readAll().split('\n');
        all.removeLast(); // behind the last line feed
        return all;
    }
    QJsonObject onlyLine() const
    {
        const QList<QByteArray> all = lines();
        return all.size() == 1 ? QJsonDocument::fromJson(all.front()).object() : QJsonObject();
    }
    void configure(LogLevel level, LogFormat format = LogFormat::Json) const
    {
        log::configure({.level = level, .format = format, .descriptor = m_file->handle(), .colours = true});
    }

    std::unique_ptr<QTemporaryFile> m_file;
};

void TestLog::init()
{
    m_file = std::make_unique<QTemporaryFile>();
    QVERIFY(m_file->open());
    configure(LogLevel::Info);
}

void TestLog::cleanup()
{
    log::configure({});
}

void TestLog::writesALineWithTheContextsCorrelation()
{
    const RequestContext context = RequestContext::forSystem(systemNow());

    log::warning("login_failed", context, {{"attempts", 3}});

    const QJsonObject line = onlyLine();
    QCOMPARE(line.value(QStringLiteral("event")).toString(), QStringLiteral("login_failed"));
    QCOMPARE(line.value(QStringLiteral("level")).toString(), QStringLiteral("warning"));
    QCOMPARE(line.value(QStringLiteral("attempts")).toInt(), 3);
    QCOMPARE(line.value(QStringLiteral("correlationId")).toString(), QString::fromLatin1(context.correlationId.text()));
    QVERIFY(fromRfc3339(line.value(QStringLiteral("time")).toString().toLatin1()).has_value());
}

void TestLog::writesNothingBelowItsLevel_data()
{
    QTest::addColumn<int>("level");
    QTest::addColumn<int>("count");
    QTest::newRow("debug") << int(LogLevel::Debug) << 4;
    QTest::newRow("info") << int(LogLevel::Info) << 3;
    QTest::newRow("warning") << int(LogLevel::Warning) << 2;
    QTest::newRow("error") << int(LogLevel::Error) << 1;
}

void TestLog::writesNothingBelowItsLevel()
{
    QFETCH(const int, level);
    QFETCH(const int, count);
    configure(static_cast<LogLevel>(level));

    log::debug("one");
    log::info("two", {{"a", 1}});
    log::warning("three");
    log::error("four", CorrelationId::make(systemNow()));

    QCOMPARE(lines().size(), count);
}

void TestLog::choosesJsonWhereThereIsNoTerminal()
{
    configure(LogLevel::Info, LogFormat::Auto);
    log::info("machine");
    configure(LogLevel::Info, LogFormat::Text);
    log::info("person");

    QCOMPARE(lines().size(), 2);
    QVERIFY(lines().at(0).startsWith("{\"time\""));
    QVERIFY(lines().at(1).endsWith("Z INFO  person"));
}

void TestLog::keepsLinesOfManyThreadsApart()
{
    constexpr int threads = 4;
    constexpr int each = 200;
    const QByteArray filler(4000, 'x'); // near what a pipe takes at once
    {
        std::vector<std::jthread> running;
        for (int thread = 0; thread < threads; ++thread) {
            running.emplace_back([&filler, thread] {
                for (int i = 0; i < each; ++i)
                    log::info("line", {{"thread", thread}, {"filler", filler}});
            });
        }
    }

    const QList<QByteArray> all = lines();
    QCOMPARE(all.size(), threads * each);
    for (const QByteArray &line : all)
        QVERIFY(QJsonDocument::fromJson(line).isObject());
}

void TestLog::takesQtsMessages()
{
    const QtMessageHandler before = qInstallMessageHandler(nullptr);
    log::takeQtMessages();
    static const QLoggingCategory category("aegis.test");
    qCWarning(category) << "it\nbroke";
    qInstallMessageHandler(before);

    const QJsonObject line = onlyLine();
    QCOMPARE(line.value(QStringLiteral("event")).toString(), QStringLiteral("qt_message"));
    QCOMPARE(line.value(QStringLiteral("level")).toString(), QStringLiteral("warning"));
    QCOMPARE(line.value(QStringLiteral("category")).toString(), QStringLiteral("aegis.test"));
    QVERIFY(line.value(QStringLiteral("message")).toString().startsWith(QStringLiteral("it")));
}

void TestLog::survivesAReaderThatIsGone()
{
    log::configure({.level = LogLevel::Info, .format = LogFormat::Json, .descriptor = 999'999, .colours = false});
    log::info("lost");
    configure(LogLevel::Info);
    log::info("found");

    const QList<QByteArray> all = lines();
    QCOMPARE(all.size(), 2);
    QVERIFY(all.at(0).contains("\"found\""));
    QVERIFY(all.at(1).contains("\"log_dropped\",\"lines\":1"));
}

void TestLog::waitsForNoReader()
{
    std::array<int, 2> pipe{};
    QCOMPARE(::pipe2(pipe.data(), O_CLOEXEC), 0);
    log::configure({.level = LogLevel::Info, .format = LogFormat::Json, .descriptor = pipe[1], .colours = false});
    const QByteArray filler(4000, 'x');
    const std::uint64_t droppedBefore = log::dropped();
    constexpr int count = 4000; // 16 MB: more than may wait and be under way

    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i)
        log::info("line", {{"filler", filler}});
    const bool isQuick = std::chrono::steady_clock::now() - begun < std::chrono::seconds(30); // who waited would wait for ever
    const std::uint64_t dropped = log::dropped() - droppedBefore;

    QByteArray read;
    std::jthread reader([&] {
        QByteArray buffer(65536, Qt::Uninitialized);
        for (ssize_t size = 0; (size = ::read(pipe[0], buffer.data(), 65536)) > 0;)
            read.append(buffer.constData(), size);
    });
    const bool isFlushed = log::flush(std::chrono::seconds(20));
    log::info("last"); // comes after the line that says how many were dropped
    configure(LogLevel::Info);
    ::close(pipe[1]);
    reader.join();
    ::close(pipe[0]);

    QVERIFY(isQuick);
    QVERIFY(isFlushed);
    QVERIFY(dropped > 0 && dropped < count);
    qint64 told = 0;
    qint64 lines = 0;
    const QList<QByteArray> all = read.trimmed().split('\n');
    for (const QByteArray &line : all) {
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        if (object.value(QStringLiteral("event")) == QStringLiteral("log_dropped"))
            told += object.value(QStringLiteral("lines")).toInteger();
        else if (object.value(QStringLiteral("event")) == QStringLiteral("line"))
            ++lines;
    }
    QCOMPARE(told, qint64(dropped));
    QCOMPARE(lines + told, qint64(count));
    QVERIFY(all.last().contains("\"last\""));
}

void TestLog::writesAnAccessLine()
{
    RequestContext context = RequestContext::forSystem(systemNow());
    context.client.address = QHostAddress(QStringLiteral("192.0.2.7"));
    context.client.userAgent = QStringLiteral("curl\n/8");
    context.actor.user = UserId::make(systemNow());

    log::access({.operation = "login",
                 .method = "POST",
                 .path = "/auth/login",
                 .status = 401,
                 .duration = std::chrono::microseconds(2500),
                 .requestBytes = 40,
                 .replyBytes = 200,
                 .context = context,
                 .problem = ProblemCode::InvalidCredentials,
                 .internal = QString()});

    const QJsonObject line = onlyLine();
    QCOMPARE(line.value(QStringLiteral("event")).toString(), QStringLiteral("http_request"));
    QCOMPARE(line.value(QStringLiteral("level")).toString(), QStringLiteral("info"));
    QCOMPARE(line.value(QStringLiteral("operation")).toString(), QStringLiteral("login"));
    QCOMPARE(line.value(QStringLiteral("method")).toString(), QStringLiteral("POST"));
    QCOMPARE(line.value(QStringLiteral("path")).toString(), QStringLiteral("/auth/login"));
    QCOMPARE(line.value(QStringLiteral("status")).toInt(), 401);
    QCOMPARE(line.value(QStringLiteral("problem")).toString(), QStringLiteral("invalid_credentials"));
    QCOMPARE(line.value(QStringLiteral("durationMs")).toDouble(), 2.5);
    QCOMPARE(line.value(QStringLiteral("client")).toString(), QStringLiteral("192.0.2.7"));
    QCOMPARE(line.value(QStringLiteral("userAgent")).toString(), context.client.userAgent);
    QCOMPARE(line.value(QStringLiteral("userId")).toString(), QString::fromLatin1(context.actor.user.text()));
    QCOMPARE(line.value(QStringLiteral("correlationId")).toString(), QString::fromLatin1(context.correlationId.text()));
}

void TestLog::saysWhyTheServerFailed()
{
    configure(LogLevel::Error);
    const RequestContext context = RequestContext::forSystem(systemNow());
    http::AccessRecord record{.operation = "login",
                              .method = "POST",
                              .path = "/auth/login",
                              .status = 500,
                              .duration = {},
                              .requestBytes = 0,
                              .replyBytes = 0,
                              .context = context,
                              .problem = ProblemCode::Internal,
                              .internal = QStringLiteral("a bug")};
    log::access(record);
    record.status = 503; // is a warning: the server is busy or what it needs is away
    log::access(record);

    QCOMPARE(onlyLine().value(QStringLiteral("internal")).toString(), QStringLiteral("a bug"));
}

void TestLog::warnsWhenItCannotServe()
{
    const RequestContext context = RequestContext::forSystem(systemNow());

    log::access({.operation = "login",
                 .method = "POST",
                 .path = "/auth/login",
                 .status = 503,
                 .duration = {},
                 .requestBytes = 0,
                 .replyBytes = 0,
                 .context = context,
                 .problem = ProblemCode::DatabaseUnavailable,
                 .internal = {}});

    QCOMPARE(onlyLine().value(QStringLiteral("level")).toString(), QStringLiteral("warning"));
}

void TestLog::leavesOutWhatIsNotKnown()
{
    RequestContext context;
    log::access({.operation = {},
                 .method = "GET",
                 .path = "/",
                 .status = 404,
                 .duration = {},
                 .requestBytes = 0,
                 .replyBytes = 0,
                 .context = context,
                 .problem = {},
                 .internal = {}});

    const QJsonObject line = onlyLine();
    QCOMPARE(line.value(QStringLiteral("operation")).toString(), QStringLiteral("none"));
    for (const char *name : {"problem", "internal", "userId", "sessionId", "organizationId", "userAgent"})
        QVERIFY2(!line.contains(QLatin1String(name)), name);
}

void TestLog::writesOnlySoManyRefusalsASecond()
{
    RequestContext context = RequestContext::forSystem(fromUnixSeconds(1'800'000'000));
    log::CappedAccessLog capped(3);
    const auto refuse = [&] {
        capped.write({.operation = {},
                      .method = {},
                      .path = {},
                      .status = 400,
                      .byTransport = true,
                      .context = context,
                      .problem = ProblemCode::MalformedRequest,
                      .internal = {}});
    };
    const auto serve = [&] {
        capped.write({.operation = "me", .method = "GET", .path = "/auth/me", .status = 200, .context = context, .problem = {}, .internal = {}});
    };

    for (int i = 0; i < 8; ++i)
        refuse();
    serve();
    QCOMPARE(lines().size(), 3 + 1);
    context.now += std::chrono::seconds(1);
    serve();
    refuse();

    const QList<QByteArray> all = lines();
    QCOMPARE(all.size(), 4 + 3);
    const QJsonObject sum = QJsonDocument::fromJson(all.at(4)).object();
    QCOMPARE(sum.value(QLatin1String("event")).toString(), QStringLiteral("http_refusals_not_logged"));
    QCOMPARE(sum.value(QLatin1String("count")).toInt(), 5);
}

AEGIS_TEST(TestLog)
#include "TestLog.moc"
