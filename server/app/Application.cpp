#include "server/app/Application.h"

#include "server/app/ConnectionWatch.h"
#include "server/app/KeyOptionsOf.h"
#include "server/app/MailLoops.h"
#include "server/app/ScheduledJobs.h"
#include "server/app/ServerMeasures.h"
#include "server/app/Services.h"
#include "server/app/Storage.h"
#include "server/audit/Sealer.h"
#include "server/config/EncryptionKeys.h"
#include "server/http/Pipeline.h"
#include "server/http/transport/HttpServer.h"
#include "server/http/transport/ListeningSocket.h"
#include "server/events/EventPartitionStore.h"
#include "server/jobs/BackgroundLoop.h"
#include "server/keys/KeyFeed.h"
#include "server/keys/KeyService.h"
#include "server/keys/SigningKeyStore.h"
#include "server/log/AccessLog.h"
#include "server/log/Log.h"
#include "server/metrics/RequestObserver.h"
#include "server/sessions/RevocationFeed.h"
#include "server/sessions/RevocationSignal.h"

#include <QtNetwork/QNetworkInterface>

#include <QtCore/QTimer>

#include <malloc.h>

#include <future>

namespace aegis {
namespace {

Result<http::TlsConfiguration> tlsOf(const Settings &settings)
{
    auto tls = http::TlsConfiguration::load(settings.tlsCertFile, settings.tlsKeyFile);
    if (!tls)
        return Problem(ProblemCode::Internal, QStringLiteral("TLS cannot be used: %1").arg(tls.problem().internal));
    return tls;
}

Problem cannotListen(const Settings &settings, const Problem &problem)
{
    const bool taken = problem.code == ProblemCode::Conflict;
    const QHostAddress host(settings.host);
    if (const QList<QHostAddress> ours = QNetworkInterface::allAddresses();
        !taken && host != QHostAddress::AnyIPv4 && host != QHostAddress::AnyIPv6 && !host.isLoopback() && !ours.isEmpty() && !ours.contains(host)) {
        const QString must = QStringLiteral("must be an address of this machine (`ip addr`), or 0.0.0.0");
        Problem wrong(problem.code, QStringLiteral("HOST %1 cannot be listened on: it %2").arg(settings.host, must));
        wrong.fields.push_back({QStringLiteral("HOST"), FieldCode::SettingValue, must});
        return wrong;
    }
    return Problem(problem.code,
                   QStringLiteral("HOST %1, PORT %2 cannot be listened on: %3%4")
                       .arg(settings.host, QString::number(settings.port), problem.internal,
                            taken ? QStringLiteral(". Choose another port with PORT=, or end who has this one") : QString()));
}

/// What would stop the server when all else has been made, looked at before anything is: a database takes its time.
Result<void> checkBeforehand(const Settings &settings)
{
    if (settings.hasTls()) {
        TRY(const http::TlsConfiguration tls, tlsOf(settings));
        static_cast<void>(tls);
    }
    if (auto port = http::probePort(QHostAddress(settings.host), static_cast<quint16>(settings.port)); !port)
        return cannotListen(settings, port.problem());
    return {};
}

/// An engine that is asked for and cannot be used stops the start. It takes a while: beside the start of the database.
Result<Argon2Choice> chooseArgon2(const Settings &settings)
{
    TRY(Argon2Choice choice, chooseArgon2Engine(settings.argon2Engine));
    for (const Argon2Engine engine : choice.failed) {
        log::error("argon2_self_test_failed",
                   {{"engine", nameOf(engine)},
                    {"message",
                     QStringLiteral("this engine of Argon2id computes something else than libargon2 here, so it is not used: logins work, with %1. "
                                    "Please report it, with the processor's name")
                         .arg(nameOf(choice.engine))}});
    }
    log::info("argon2_engine", {{"engine", nameOf(choice.engine)}});
    return choice;
}

Application::Certificate certificateOf(const http::TlsConfiguration &tls)
{
    return {.subject = tls.subject(), .notAfter = tls.notAfter(), .warning = tls.warningAt(systemNow())};
}

http::HttpLimits limitsOf(const Settings &settings)
{
    http::HttpLimits limits;
    limits.headBytes = settings.httpMaxHead;
    limits.bodyBytes = settings.httpMaxBody;
    limits.headerFields = settings.httpMaxFields;
    limits.head = settings.httpHeadTimeout;
    limits.body = settings.httpBodyTimeout;
    limits.idle = settings.httpIdleTimeout;
    limits.handler = settings.httpHandlerTimeout;
    limits.connections = settings.httpMaxConnections;
    limits.connectionsPerAddress = settings.httpMaxConnectionsPerAddress;
    return limits;
}

QStringList texts(const std::vector<Subnet> &subnets)
{
    QStringList all;
    for (const Subnet &subnet : subnets)
        all.append(QString::fromLatin1(subnet.text()));
    return all;
}

std::vector<std::string_view> operationIds()
{
    std::vector<std::string_view> ids;
    for (const EndpointInfo *info : endpoints::All::infos)
        ids.push_back(*info->operationId);
    return ids;
}

} // namespace

/// The parts, in the order in which they are made; they go in the opposite one: first nobody asks any more, then the
/// features go, at last the database.
class Application::Private {
public:
    Private(Settings s, Options o, Argon2Choice a, Storage st) :
        settings(std::move(s)), options(std::move(o)), argon2(std::move(a)), storage(std::move(st))
    {
    }

    Result<InstanceSecrets> loadSecrets(DatabaseSession &session) const;
    Result<void> makeServices();
    Result<void> startLoops();
    void startSignal();
    Result<void> startSealing();
    Result<void> learnCosts(DatabaseSession &session);
    Result<void> startHttp();
    void keep(std::vector<Metrics::Sampled> more);
    void watchHttp();

    const Settings settings;
    const Options options;
    const Argon2Choice argon2;
    Storage storage;
    std::unique_ptr<Services> services;
    std::vector<Metrics::Sampled> sampled;
    Secret fingerprintKey;
    std::unique_ptr<RevocationFeed> feed;
    std::unique_ptr<DatabaseSession> costsSession;
    std::unique_ptr<BackgroundLoop> feedLoop;
    std::unique_ptr<RevocationSignal> signal;
    std::unique_ptr<BackgroundLoop> costsLoop;
    std::unique_ptr<ScheduledJobs> jobs;
    std::unique_ptr<MailLoops> mailLoops;
    std::unique_ptr<Sealer> sealer; ///< null: this server does not seal
    std::unique_ptr<BackgroundLoop> sealLoop;
    std::unique_ptr<KeyFeed> keyFeed; ///< null: a shared secret signs
    std::unique_ptr<BackgroundLoop> keyLoop;
    std::unique_ptr<RequestObserver> observer;
    log::CappedAccessLog accessLog;
    http::Api api;
    std::unique_ptr<http::Pipeline> pipeline;
    std::unique_ptr<http::HttpServer> http;
    ConnectionWatch connectionWatch;
    QTimer watchTimer;
    quint16 port = 0;
    std::optional<Certificate> certificate;
    std::atomic<std::int64_t> notAfterSeconds{0}; ///< of the certificate, for the metrics
};

Application::Application(std::unique_ptr<Private> parts) : d(std::move(parts)) {}

Application::~Application()
{
    // The workers answer on the I/O threads, so they end first: both refuse what waits before one waits for what is under way.
    if (d->services) {
        d->services->leaveRedis();
        d->services->refuseJobs();
        d->services->hasher.stop();
        d->services->database.stop();
    }
}

Result<std::unique_ptr<Application>> Application::start(Settings settings, Options options)
{
    CHECK(checkBeforehand(settings));
    std::future<Result<Argon2Choice>> choice = std::async(std::launch::async, [&settings] { return chooseArgon2(settings); });
    auto opened = Storage::open(settings, {.durable = options.durable});
    TRY(Argon2Choice argon2, choice.get());
    TRY(Storage storage, std::move(opened));
    std::unique_ptr<Application> application(
        new Application(std::make_unique<Private>(std::move(settings), std::move(options), std::move(argon2), std::move(storage))));
    CHECK(application->d->makeServices());
    CHECK(application->d->startLoops());
    CHECK(application->d->startHttp());
    application->d->costsLoop->startInBackground();
    application->d->jobs->start(); // they may take long
    return application;
}

Result<InstanceSecrets> Application::Private::loadSecrets(DatabaseSession &session) const
{
    TRY(const bool hasKeys, session.read<bool>(RequestContext::forSystem(options.clock()), SigningKeyStore::hasAny));
    TRY(InstanceSecrets secrets, InstanceSecrets::load(settings, hasKeys));
    for (const QString &name : secrets.made)
        log::info("secret_made", {{"name", name}});
    for (const QString &warning : secrets.warnings)
        log::warning("secret_lost", {{"message", warning}});
    return secrets;
}

Result<void> Application::Private::makeServices()
{
    DatabaseSession session(storage.serving, storage.session, std::move(storage.checked));
    TRY(InstanceSecrets secrets, loadSecrets(session));
    const EncryptionKeys encryptionKeys(settings);
    TRY(Sealing::Keys keysToSeal, encryptionKeys.load());
    // A rotation by another process makes a key that this one has not seen yet.
    TRY(Sealing sealing, Sealing::make(std::move(keysToSeal), [encryptionKeys] {
            auto found = encryptionKeys.load();
            return found ? *std::move(found) : Sealing::Keys();
        }));
    TRY(RefreshTokens refreshTokens, RefreshTokens::make(secrets.jwtRefreshSecret, settings.jwtIssuer));
    TRY(MfaTokens mfaTokens, MfaTokens::make(secrets.jwtRefreshSecret, settings.jwtIssuer));
    // The first key is told by an event, and events need their partition. All other housekeeping may take long, and comes later.
    CHECK(session.write<void>(RequestContext::forSystem(options.clock()), EventPartitionStore::ensure));
    TRY(KeySet keys, loadKeys(keyOptionsOf(settings), session, sealing, options.clock()));
    fingerprintKey = secrets.fingerprintKey;
    services = std::make_unique<Services>(Services::Ground{.settings = settings,
                                                           .secrets = std::move(secrets),
                                                           .sealing = std::move(sealing),
                                                           .refreshTokens = std::move(refreshTokens),
                                                           .mfaTokens = std::move(mfaTokens),
                                                           .keys = std::move(keys),
                                                           .storage = storage,
                                                           .argon2 = argon2});
    CHECK(learnCosts(session));
    sampled = services->measure();
    keep(measureKeys(services->metrics, services->keys, settings.tokenAlgorithm() != SigningAlgorithm::Hs256, options.clock));
    if (storage.cluster) {
        sampled.push_back(services->metrics.sampledCounter("aegis_postgres_restarts_total", "Times that the private PostgreSQL was started again.",
                                                           [this] { return double(storage.cluster->restarts()); }));
    }
    return {};
}

Result<void> Application::Private::startLoops()
{
    Histogram &delays = services->metrics.histogram("aegis_revocation_delay_seconds",
                                                    "From a revocation by another instance to its being known here.");
    feed = std::make_unique<RevocationFeed>(services->database.session(), services->revocations, delays);
    feedLoop = std::make_unique<BackgroundLoop>(
        BackgroundLoop::Options{.name = "revocations", .pause = settings.revocationPoll, .step = [this] { return feed->poll(options.clock()); }});
    CHECK(feedLoop->start()); // no answer before the list is complete
    startSignal();
    if (settings.tokenAlgorithm() != SigningAlgorithm::Hs256) {
        keyFeed = std::make_unique<KeyFeed>(services->database.session(), services->sealing, keyOptionsOf(settings).rules, services->keys);
        keyLoop = std::make_unique<BackgroundLoop>(
            BackgroundLoop::Options{.name = "keys", .pause = settings.jwtKeyPoll, .step = [this] { return keyFeed->poll(options.clock()); }});
        keyLoop->startInBackground();
    }
    costsSession = std::make_unique<DatabaseSession>(services->database.session());
    costsLoop = std::make_unique<BackgroundLoop>(BackgroundLoop::Options{.name = "password-costs",
                                                                         .pause = std::chrono::hours(1),
                                                                         .step = [this] { return learnCosts(*costsSession); },
                                                                         .pauseAfterFailure = std::chrono::minutes(1)});
    jobs = std::make_unique<ScheduledJobs>(*services, settings, options.clock);
    TRY(mailLoops, MailLoops::start(*services, settings, options.clock));
    return startSealing();
}

/// What goes wrong with it later is said in the log and in the metrics: logins do not stop for it.
Result<void> Application::Private::startSealing()
{
    if (!settings.auditSealing)
        return {};
    TRY(AuditKeys keys, AuditKeys::load(settings));
    if (keys.isMade)
        log::info("secret_made", {{"name", "audit-signing-key"}});
    Sealer::Options sealing;
    sealing.clock = options.clock;
    sealer = std::make_unique<Sealer>(services->database.session(), std::move(keys), services->metrics, std::move(sealing));
    sealLoop = std::make_unique<BackgroundLoop>(
        BackgroundLoop::Options{.name = "audit", .pause = settings.auditSealPoll, .step = [this] { return sealer->step(); }});
    sealLoop->startInBackground();
    return {};
}

void Application::Private::keep(std::vector<Metrics::Sampled> more)
{
    sampled.insert(sampled.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// What hastens the next look at the table of revocations.
void Application::Private::startSignal()
{
    if (services->redis)
        signal = std::make_unique<RedisRevocationSignal>(*services->redis, settings.redisPrefix);
    else if (!settings.databasePgbouncer) // LISTEN needs a connection of one's own
        signal = std::make_unique<PostgresRevocationSignal>(storage.serving, storage.session);
    if (!signal)
        return;
    services->revocations.onRevoked([this] { signal->announce(); });
    signal->listen([this] { feedLoop->wake(); });
}

/// What passwords cost here: as much takes an e-mail that nobody has.
Result<void> Application::Private::learnCosts(DatabaseSession &session)
{
    using Shares = std::vector<PasswordCostStore::Share>;
    TRY(const Shares shares, session.read<Shares>(RequestContext::forSystem(options.clock()), PasswordCostStore::shares));
    services->decoys.learn(shares);
    return {};
}

Result<void> Application::Private::startHttp()
{
    services->bind(api, settings);
    observer = std::make_unique<RequestObserver>(services->metrics, operationIds());
    http::PipelineOptions pipelineOptions;
    for (const QString &origin : settings.corsOrigins)
        pipelineOptions.corsOrigins.push_back(origin.toLatin1());
    pipelineOptions.trustedProxies = texts(settings.trustedProxies);
    pipelineOptions.fingerprintKey = fingerprintKey;
    pipelineOptions.clients = &services->clients;
    pipelineOptions.authorizer = &services->authority;
    pipelineOptions.limiter = &services->limits;
    pipelineOptions.clock = options.clock;
    pipelineOptions.observers.push_back(
        [this](const http::AccessRecord &record) { observer->observe(record.operation, record.status, record.duration); });
    if (settings.logAccess)
        pipelineOptions.observers.push_back([this](const http::AccessRecord &record) { accessLog.write(record); });
    TRY(pipeline, http::Pipeline::make(std::move(pipelineOptions), api, services->authenticator));

    http::HttpServerOptions httpOptions;
    httpOptions.addresses = {QHostAddress(settings.host)};
    httpOptions.port = static_cast<quint16>(settings.port);
    httpOptions.threads = settings.ioThreads;
    httpOptions.limits = limitsOf(settings);
    if (settings.hasTls()) {
        TRY(httpOptions.tls, tlsOf(settings));
        certificate = certificateOf(*httpOptions.tls);
        notAfterSeconds = toUnixSeconds(certificate->notAfter);
    }
    httpOptions.refuse = [this](const http::Refusal &refusal) { return pipeline->refuse(refusal); };
    httpOptions.bodyLimit = [this](QByteArrayView method, QByteArrayView path) { return pipeline->bodyLimit(method, path); };
    httpOptions.isProxy = [this](const QHostAddress &address) {
        return std::any_of(settings.trustedProxies.begin(), settings.trustedProxies.end(),
                           [&](const Subnet &subnet) { return subnet.contains(address); });
    };
    http = std::make_unique<http::HttpServer>(std::move(httpOptions), [this](http::HttpExchange exchange) { pipeline->handle(std::move(exchange)); });
    keep(measureHttp(services->metrics, *http, settings.hasTls() ? &notAfterSeconds : nullptr));
    auto started = http->start();
    if (!started)
        return cannotListen(settings, started.problem());
    port = *started;
    watchHttp();
    return {};
}

/// Says at most once a second that connections were refused, and how many. And gives back what a crowd has left behind: the
/// allocator keeps it in case that they come again.
void Application::Private::watchHttp()
{
    QObject::connect(&watchTimer, &QTimer::timeout, &watchTimer, [this] {
        const http::TransportCounters &counters = http->counters();
        const ConnectionWatch::Verdict verdict = connectionWatch.look(
            {.connections = http->connections(), .refused = counters.refusedConnections.load(), .endedForOthers = counters.endedForOthers.load()});
        if (verdict.refused > 0 || verdict.endedForOthers > 0) {
            log::warning("connections_refused",
                         {{"refused", verdict.refused}, {"endedForOthers", verdict.endedForOthers}, {"connections", http->connections()}});
        }
        if (verdict.giveMemoryBack)
            ::malloc_trim(0);
    });
    watchTimer.start(std::chrono::seconds(1));
}

QString Application::url() const
{
    const bool v6 = d->settings.host.contains(u':');
    const QString host = v6 ? QStringLiteral("[%1]").arg(d->settings.host) : d->settings.host;
    return QStringLiteral("%1://%2:%3").arg(d->settings.hasTls() ? QStringLiteral("https") : QStringLiteral("http"), host, QString::number(d->port));
}

const std::optional<Application::Certificate> &Application::certificate() const
{
    return d->certificate;
}

Services &Application::services()
{
    return *d->services;
}

Result<void> Application::reload()
{
    if (!d->settings.hasTls())
        return {};
    TRY(const http::TlsConfiguration tls, tlsOf(d->settings));
    d->http->reloadTls(tls);
    d->certificate = certificateOf(tls);
    d->notAfterSeconds = toUnixSeconds(d->certificate->notAfter);
    return {};
}

void Application::drain(std::function<void()> done)
{
    d->services->health.startDraining();
    d->http->drain(
        d->settings.drainTimeout,
        [done = std::move(done)](int cut) {
            if (cut > 0)
                log::warning("drain_cut", {{"connections", cut}});
            done();
        },
        [this] { d->services->refuseJobs(); });
}

} // namespace aegis
