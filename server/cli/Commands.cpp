#include "server/cli/Commands.h"

#include "server/cli/CalibrationReport.h"
#include "server/cli/CommandLine.h"
#include "server/cli/SettingsHelp.h"
#include "server/cli/Versions.h"

#include <type_traits>

namespace aegis {
namespace {

int print(std::FILE *to, const QString &text)
{
    const QByteArray bytes = text.toUtf8();
    const bool isWritten = std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), to) == static_cast<std::size_t>(bytes.size());
    return isWritten && std::fflush(to) == 0 ? ExitSuccess : ExitFailure;
}

template <class... Arguments>
int call(std::FILE *err, const std::function<int(Arguments...)> &command, const std::type_identity_t<Arguments> &...arguments)
{
    if (command)
        return command(arguments...);
    print(err, QStringLiteral("aegisd: this command is not part of this build\n"));
    return ExitFailure;
}

/// Slow enough to hurt who guesses, quick enough that a core still does ten logins a second.
constexpr std::chrono::milliseconds calibrationTarget(100);

int calibrateHere(std::FILE *out, std::FILE *err)
{
    const auto calibration = calibrate(calibrationTarget);
    if (!calibration) {
        print(err, QStringLiteral("aegisd: there is not enough memory to measure with\n"));
        return ExitFailure;
    }
    return print(out, calibrationReport(*calibration, calibrationTarget));
}

int runWithSettings(const CommandLine &line, const LoadedSettings &loaded, const Commands &commands, std::FILE *out, std::FILE *err)
{
    switch (line.command) {
    case CommandName::Run:
        return call(err, commands.run, loaded);
    case CommandName::Migrate:
        return call(err, commands.migrate, loaded);
    case CommandName::ImportUsers:
        return call(err, commands.importUsers, loaded, line.file);
    case CommandName::CheckConfig:
        for (const QString &warning : loaded.warnings)
            print(err, QStringLiteral("warning: %1\n").arg(warning));
        return print(out, effectiveSettings(loaded) + QStringLiteral("\nThe settings are right.\n"));
    case CommandName::Calibrate:
        return call(err, commands.calibrate, loaded);
    case CommandName::RotateEncryption:
        return call(err, commands.rotateEncryption, loaded);
    case CommandName::KeysList:
    case CommandName::KeysRotate:
        return call(err, commands.keys, loaded, line);
    case CommandName::ClientsCreate:
    case CommandName::ClientsList:
    case CommandName::ClientsRevoke:
        return call(err, commands.clients, loaded, line);
    case CommandName::AdminCreate:
    case CommandName::AdminGrant:
    case CommandName::AdminRevoke:
    case CommandName::AdminList:
        return call(err, commands.admin, loaded, line);
    case CommandName::AuditVerify:
    case CommandName::AuditExport:
    case CommandName::AuditHead:
    case CommandName::AuditRotateKey:
        return call(err, commands.audit, loaded, line);
    case CommandName::EventsReplay:
        return call(err, commands.events, loaded, line);
    case CommandName::Version:
    case CommandName::Help:
    case CommandName::HelpConfig:
        break; // these need no settings
    }
    return ExitFailure;
}

} // namespace

int runCommandLine(const QStringList &arguments, const Environment &environment, const Commands &commands, std::FILE *out, std::FILE *err)
{
    const auto line = CommandLine::parse(arguments);
    if (!line) {
        print(err, QStringLiteral("aegisd: %1\n\n%2").arg(line.problem().detail, CommandLine::usage()));
        return ExitUsage;
    }
    if (line->command == CommandName::Help)
        return print(out, CommandLine::usage());
    if (line->command == CommandName::HelpConfig)
        return print(out, settingsHelp());
    if (line->command == CommandName::Version)
        return print(out, versions());
    if (line->command == CommandName::Calibrate && !commands.calibrate)
        return calibrateHere(out, err);

    const auto loaded = loadSettings({.environment = environment, .file = line->configFile, .machine = Machine::present()});
    if (!loaded) {
        print(err, QStringLiteral("aegisd: the settings are not right, so nothing was started:\n"));
        for (const FieldError &error : loaded.problem().fields)
            print(err, QStringLiteral("  %1 %2.\n").arg(error.field, error.message));
        print(err, QStringLiteral("`aegisd --help-config` lists all settings.\n"));
        return ExitConfiguration;
    }
    return runWithSettings(*line, *loaded, commands, out, err);
}

} // namespace aegis
