#include "server/db/EmbeddedPostgres.h"

#include "server/db/Connection.h"
#include "server/db/PostgresCluster.h"
#include "server/db/PostgresSurvivors.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <future>
#include <thread>

namespace aegis {

using namespace std::chrono_literals;

namespace {

/// Recovery after a crash may take this long before connections are taken.
constexpr auto startTime = 120s;
constexpr std::chrono::milliseconds firstPause = 100ms, longestPause = 10s;
/// A server that ran this long was well: the pause before a restart is short again.
constexpr auto wellAfter = 60s;

} // namespace

class EmbeddedPostgres::Private {
public:
    Private(Options given, SystemAccount account) :
        options(std::move(given)),
        cluster(options.dataDirectory, std::move(account), {.durable = options.durable, .connections = options.connections})
    {
    }
    ~Private()
    {
        if (supervisor.joinable()) {
            eventfd_write(stopRequest, 1);
            supervisor.join();
        }
        if (stopRequest >= 0)
            close(stopRequest);
    }

    Result<void> prepare();
    void supervise(std::promise<Result<void>> started);
    Result<void> awaitReady(PostgresProcess &process) const;
    bool waitForStop(std::chrono::milliseconds time) const { return waitForStop(-1, time); }
    bool waitForStop(int processDescriptor, std::chrono::milliseconds time) const;
    void watch(PostgresProcess &process) const;
    bool isReplaced(const PostgresProcess &process) const;
    void tell(Severity severity, const QString &sentence) const
    {
        if (options.tell)
            options.tell(severity, sentence);
    }

    const Options options;
    PostgresCluster cluster;
    PostgresPrograms programs;
    bool isNew = false; ///< the cluster was made just now
    int stopRequest = -1;
    std::atomic<pid_t> process{0};
    std::atomic<int> restarts{0};
    std::thread supervisor; ///< starts the server, so it must live as long (see PostgresProcess)
};

Result<std::unique_ptr<EmbeddedPostgres>> EmbeddedPostgres::start(Options options)
{
    TRY(auto account, SystemAccount::choose(options.runAs));
    std::unique_ptr<EmbeddedPostgres> self(new EmbeddedPostgres(std::make_unique<Private>(std::move(options), std::move(account))));
    CHECK(self->d->prepare());

    std::promise<Result<void>> promise;
    auto started = promise.get_future();
    self->d->supervisor = std::thread([d = self->d.get(), given = std::move(promise)]() mutable { d->supervise(std::move(given)); });
    CHECK(started.get());
    if (self->d->isNew)
        CHECK(self->ensureDatabase());
    return self;
}

EmbeddedPostgres::EmbeddedPostgres(std::unique_ptr<Private> given) : d(std::move(given)) {}
EmbeddedPostgres::~EmbeddedPostgres() = default;

ConnectionString EmbeddedPostgres::serving(const QByteArray &database) const
{
    return ConnectionString::socket(d->cluster.socketDirectory(), PostgresCluster::servingRole, database);
}

ConnectionString EmbeddedPostgres::administrator(const QByteArray &database) const
{
    return ConnectionString::socket(d->cluster.socketDirectory(), PostgresCluster::administratorRole, database);
}

int EmbeddedPostgres::restarts() const
{
    return d->restarts;
}

qint64 EmbeddedPostgres::processId() const
{
    return d->process;
}

Result<void> EmbeddedPostgres::Private::prepare()
{
    stopRequest = eventfd(0, EFD_CLOEXEC);
    CHECK(cluster.claim());
    TRY(programs, PostgresPrograms::find(options.programDirectory, cluster.major()));
    CHECK(cluster.waitForPredecessor([this](const QString &sentence) { tell(Severity::Info, sentence); }));
    if (cluster.major() == 0) {
        tell(Severity::Info, QStringLiteral("a new PostgreSQL %1 cluster is made in %2").arg(QString::number(programs.major), cluster.data()));
        CHECK(cluster.create(programs));
        isNew = true;
    }
    return cluster.configure();
}

void EmbeddedPostgres::Private::supervise(std::promise<Result<void>> started)
{
    bool isFirst = true;
    std::chrono::milliseconds pause = firstPause;
    for (;;) {
        const auto begun = std::chrono::steady_clock::now();
        cluster.log().bound();
        cluster.log().mark();
        auto child = PostgresProcess::start({QFile::encodeName(programs.directory) + "/postgres", "-D", QFile::encodeName(cluster.data())},
                                            cluster.account(), QFile::encodeName(cluster.log().path()));
        if (const auto remembered = child ? cluster.remember(child->id()) : Result<void>(); !remembered)
            tell(Severity::Error, remembered.problem().detail);
        const Result<void> ready = child ? awaitReady(*child) : Result<void>(child.problem());
        bool isReplacing = false;
        if (ready) {
            process = child->id();
            if (isFirst) {
                started.set_value({});
            } else {
                ++restarts; // a start that fails because the old server's processes are still ending is none
                tell(Severity::Info, QStringLiteral("PostgreSQL takes connections again (process %1)").arg(child->id()));
            }
            watch(*child); // returns when it has ended or is to end
            process = 0;
            isReplacing = !child->waitForEnd(0ms) && !waitForStop(0ms);
        }
        if (child)
            child->stop();
        if (!ready && isFirst)
            return started.set_value(ready);
        isFirst = false;
        if (waitForStop(0ms))
            return;
        if (isReplacing) {
            tell(Severity::Info, QStringLiteral("the PostgreSQL package was upgraded: the server is started again"));
            continue;
        }
        if (const int ended = endSurvivors(cluster.data(), cluster.account().uid); ended > 0)
            tell(Severity::Info, QStringLiteral("%1 processes of the PostgreSQL that has ended were still at work and were ended").arg(ended));
        if (waitForStop(0ms))
            return;
        if (std::chrono::steady_clock::now() - begun > wellAfter)
            pause = firstPause;
        const QString trouble = ready ? QStringLiteral("PostgreSQL ended unexpectedly (%1)").arg(child->failure()) : ready.problem().detail;
        tell(Severity::Error, QStringLiteral("%1; it is started again in %2 ms").arg(trouble).arg(pause.count()));
        if (waitForStop(pause))
            return;
        pause = std::min<std::chrono::milliseconds>(2 * pause, longestPause);
    }
}

Result<void> EmbeddedPostgres::Private::awaitReady(PostgresProcess &child) const
{
    const auto deadline = std::chrono::steady_clock::now() + startTime;
    while (!cluster.isReady(child.id())) {
        if (child.waitForEnd(2ms))
            return Problem(ProblemCode::Internal,
                           QStringLiteral("PostgreSQL does not start (%1): %2").arg(child.failure(), cluster.log().lastWords()));
        if (std::chrono::steady_clock::now() > deadline)
            return Problem(ProblemCode::Internal, QStringLiteral("PostgreSQL does not take connections: %1").arg(cluster.log().lastWords()));
        if (waitForStop(0ms))
            return Problem(ProblemCode::ShuttingDown);
    }
    return {};
}

bool EmbeddedPostgres::Private::waitForStop(int processDescriptor, std::chrono::milliseconds time) const
{
    std::array<pollfd, 2> entries{pollfd{stopRequest, POLLIN, 0}, pollfd{processDescriptor, POLLIN, 0}};
    poll(entries.data(), entries.size(), static_cast<int>(time.count()));
    return entries[0].revents != 0;
}

void EmbeddedPostgres::Private::watch(PostgresProcess &child) const
{
    auto looked = std::chrono::steady_clock::now();
    for (int timesReplaced = 0; timesReplaced < 2;) { // twice, so that the whole package is there
        if (waitForStop(child.descriptor(), options.watchTime) || child.waitForEnd(0ms))
            return;
        timesReplaced = isReplaced(child) ? timesReplaced + 1 : 0;
        if (std::chrono::steady_clock::now() - looked > 1h) {
            looked = std::chrono::steady_clock::now();
            cluster.log().bound();
        }
    }
}

bool EmbeddedPostgres::Private::isReplaced(const PostgresProcess &child) const
{
    const QString target = QFile::symLinkTarget(QStringLiteral("/proc/%1/exe").arg(child.id()));
    return target.endsWith(QStringLiteral(" (deleted)")) && QFileInfo::exists(programs.directory + QStringLiteral("/postgres"));
}

Result<void> EmbeddedPostgres::ensureDatabase() const
{
    auto opened = Connection::open(administrator("postgres"), {});
    if (!opened)
        return Problem(ProblemCode::Internal, QStringLiteral("the embedded PostgreSQL does not let us in: %1").arg(opened.problem().internal));
    const auto connection = *std::move(opened);
    const Command command{"select 1 from pg_database where datname = 'aegis'", {}};
    const Exchange exchange = connection->exchange({&command, 1});
    if (!exchange.answers.empty() && !exchange.answers.front().isEmpty())
        return {};
    if (const auto error = connection->script("create database aegis"))
        return Problem(ProblemCode::Internal, QStringLiteral("the database cannot be made: %1").arg(error->internal));
    return {};
}

} // namespace aegis
