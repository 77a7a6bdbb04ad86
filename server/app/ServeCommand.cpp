#include "server/app/ServeCommand.h"

#include "server/app/Application.h"
#include "server/app/AdminCommand.h"
#include "server/app/AuditCommand.h"
#include "server/app/ClientCommand.h"
#include "server/app/DescriptorLimit.h"
#include "server/app/EncryptionRotation.h"
#include "server/app/ImportCommand.h"
#include "server/app/KeyCommand.h"
#include "server/app/ReplayCommand.h"
#include "server/app/Storage.h"
#include "server/cli/CalibrationReport.h"
#include "server/cli/Signals.h"
#include "server/log/Log.h"
#include "server/passwords/Calibration.h"

#include <QtCore/QCoreApplication>

#include <algorithm>
#include <cstdio>

namespace aegis {
namespace {

void configureLog(const Settings &settings)
{
    log::configure({.level = settings.logLevel, .format = settings.logFormat});
    log::takeQtMessages();
}

/// Says why, and gives the exit code: the problem that names a setting is one of the configuration.
int refuse(const char *event, const Problem &problem)
{
    if (problem.detail.isEmpty() || problem.internal.isEmpty())
        log::error(event, {{"reason", problem.detail.isEmpty() ? problem.internal : problem.detail}});
    else
        log::error(event, {{"reason", problem.detail}, {"internal", problem.internal}});
    return problem.fields.empty() ? ExitFailure : ExitConfiguration;
}

/// A client more than there are descriptors for would take the one of the database.
void boundConnections(Settings &settings)
{
    const quint64 limit = raiseDescriptorLimit();
    const quint64 beside = descriptorsBesideClients(settings);
    const quint64 needed = beside + static_cast<quint64>(settings.httpMaxConnections);
    if (limit >= needed)
        return;
    settings.httpMaxConnections = static_cast<int>(limit > beside ? limit - beside : 1);
    settings.httpMaxConnectionsPerAddress = std::min(settings.httpMaxConnectionsPerAddress, settings.httpMaxConnections);
    log::warning("descriptor_limit",
                 {{"limit", limit},
                  {"needed", needed},
                  {"connections", settings.httpMaxConnections},
                  {"message",
                   QStringLiteral("this process may not open as many files as HTTP_MAX_CONNECTIONS needs, so it takes fewer connections: "
                                  "raise the hard limit (LimitNOFILE= of systemd, ulimit -Hn), or lower HTTP_MAX_CONNECTIONS")}});
}

void reload(Application &application)
{
    if (!application.certificate())
        return log::info("nothing_to_reload", {{"message", "SIGHUP reads the TLS certificate again, and there is none"}});
    if (const auto reloaded = application.reload(); !reloaded)
        return log::error("reload_failed", {{"reason", reloaded.problem().detail}});
    const Application::Certificate &certificate = *application.certificate();
    log::info("reloaded", {{"subject", certificate.subject}, {"notAfter", QString::fromLatin1(toRfc3339(certificate.notAfter))}});
    if (!certificate.warning.isEmpty())
        log::warning("certificate", {{"message", certificate.warning}});
}

void sayReady(const Application &application, const QString &dataDir)
{
    const QString version = QStringLiteral(AEGIS_VERSION);
    if (!application.certificate())
        return log::info("ready", {{"url", application.url()}, {"dataDir", dataDir}, {"version", version}});
    const Application::Certificate &certificate = *application.certificate();
    log::info("ready",
              {{"url", application.url()},
               {"dataDir", dataDir},
               {"version", version},
               {"subject", certificate.subject},
               {"notAfter", QString::fromLatin1(toRfc3339(certificate.notAfter))}});
}

int serve(const LoadedSettings &loaded)
{
    configureLog(loaded.settings);
    for (const QString &warning : loaded.warnings)
        log::warning("setting", {{"message", warning}});
    Settings settings = loaded.settings;
    boundConnections(settings);

    std::unique_ptr<Application> application;
    bool stopping = false;
    const Signals signalHandlers({.stop =
                                      [&](int) {
                                          if (stopping || !application)
                                              return QCoreApplication::exit(ExitSuccess); // asked twice: at once
                                          stopping = true;
                                          log::info("draining");
                                          application->drain([] { QCoreApplication::exit(ExitSuccess); });
                                      },
                                  .reload =
                                      [&] {
                                          if (application)
                                              reload(*application);
                                      }});

    auto started = Application::start(std::move(settings));
    if (!started)
        return refuse("start_failed", started.problem());
    application = *std::move(started);
    sayReady(*application, loaded.settings.dataDir);
    const int code = QCoreApplication::exec();
    application.reset();
    log::info("stopped");
    return code;
}

int migrateOnly(const LoadedSettings &loaded)
{
    configureLog(loaded.settings);
    const auto storage = Storage::open(loaded.settings, {});
    if (!storage)
        return refuse("migrate_failed", storage.problem());
    std::printf("The database is up to date: %d migrations.\n", storage->migrations);
    return ExitSuccess;
}

void say(const QString &line)
{
    std::puts(line.toUtf8().constData());
    std::fflush(stdout);
}

int rotateEncryption(const LoadedSettings &loaded)
{
    configureLog(loaded.settings);
    const auto rotated = rotateEncryptionKey(loaded.settings, say);
    return rotated ? ExitSuccess : refuse("rotation_failed", rotated.problem());
}

int keys(const LoadedSettings &loaded, const CommandLine &line)
{
    configureLog(loaded.settings);
    const auto done = line.command == CommandName::KeysList ? listKeys(loaded.settings, say) : rotateKeys(loaded.settings, say);
    return done ? ExitSuccess : refuse("keys_failed", done.problem());
}

int clients(const LoadedSettings &loaded, const CommandLine &line)
{
    configureLog(loaded.settings);
    Result<void> done;
    switch (line.command) {
    case CommandName::ClientsCreate:
        done = createClient(loaded.settings, line.operand, line.organization, say);
        break;
    case CommandName::ClientsRevoke:
        done = revokeClient(loaded.settings, line.operand, say);
        break;
    default:
        done = listClients(loaded.settings, say);
    }
    return done ? ExitSuccess : refuse("clients_failed", done.problem());
}

int admin(const LoadedSettings &loaded, const CommandLine &line)
{
    configureLog(loaded.settings);
    const auto done = runAdminCommand(loaded.settings, line, say);
    return done ? ExitSuccess : refuse("admin_failed", done.problem());
}

int audit(const LoadedSettings &loaded, const CommandLine &line)
{
    configureLog(loaded.settings);
    if (line.command == CommandName::AuditVerify) {
        const auto isWhole = verifyAudit(loaded.settings, line, say);
        return !isWhole ? refuse("audit_failed", isWhole.problem()) : *isWhole ? ExitSuccess : ExitFailure;
    }
    Result<void> done;
    switch (line.command) {
    case CommandName::AuditExport:
        done = exportAudit(loaded.settings, line, say);
        break;
    case CommandName::AuditRotateKey:
        done = rotateAuditKey(loaded.settings, say);
        break;
    default:
        done = printAuditHead(loaded.settings, say);
    }
    return done ? ExitSuccess : refuse("audit_failed", done.problem());
}

int events(const LoadedSettings &loaded, const CommandLine &line)
{
    configureLog(loaded.settings);
    const auto isSame = replayEvents(loaded.settings, line, say);
    return !isSame ? refuse("replay_failed", isSame.problem()) : *isSame ? ExitSuccess : ExitFailure;
}

} // namespace

Commands serverCommands()
{
    return {.run = serve,
            .migrate = migrateOnly,
            .importUsers =
                [](const LoadedSettings &loaded, const QString &file) {
                    configureLog(loaded.settings);
                    return importUsers(loaded, file);
                },
            .calibrate = {},
            .rotateEncryption = rotateEncryption,
            .keys = keys,
            .clients = clients,
            .admin = admin,
            .audit = audit,
            .events = events};
}

} // namespace aegis
