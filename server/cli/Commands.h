#pragma once

#include "server/cli/CommandLine.h"
#include "server/config/LoadSettings.h"

#include <QtCore/QStringList>

#include <cstdio>
#include <functional>

namespace aegis {

/// Exit codes of `aegisd`, so that a service manager can tell them apart.
enum ExitCode : int {
    ExitSuccess = 0,
    ExitFailure = 1,
    ExitUsage = 2,
    ExitConfiguration = 78, ///< a setting is wrong; starting again will not help (EX_CONFIG of sysexits.h)
};

/// What the composition root does for the commands that need a whole server. Each gives the exit code; a missing one is
/// answered with "not part of this build", but `calibrate` then measures with a target of 100 ms.
struct Commands {
    std::function<int(const LoadedSettings &)> run;
    std::function<int(const LoadedSettings &)> migrate;
    std::function<int(const LoadedSettings &, const QString &file)> importUsers;
    std::function<int(const LoadedSettings &)> calibrate;
    std::function<int(const LoadedSettings &)> rotateEncryption = {};
    std::function<int(const LoadedSettings &, const CommandLine &)> keys = {};
    std::function<int(const LoadedSettings &, const CommandLine &)> clients = {};
    std::function<int(const LoadedSettings &, const CommandLine &)> admin = {};
    std::function<int(const LoadedSettings &, const CommandLine &)> audit = {};
    std::function<int(const LoadedSettings &, const CommandLine &)> events = {};
};

/// Reads the command line and carries it out; gives the exit code. What was asked for goes to `out`, complaints to `err`.
int runCommandLine(const QStringList &arguments, const Environment &environment, const Commands &commands, std::FILE *out, std::FILE *err);

} // namespace aegis
