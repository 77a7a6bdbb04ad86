#pragma once

#include "shared/result/Result.h"

#include <QtCore/QStringList>

#include <optional>

namespace aegis {

enum class CommandName { Run, Migrate, ImportUsers, CheckConfig, Calibrate, RotateEncryption, Version, Help, HelpConfig };

/// What `aegisd` was told to do.
struct CommandLine {
    CommandName command = CommandName::Help;
    std::optional<QString> configFile;
    QString file; ///< of import-users

    /// Reads the arguments after the program's name. The problem's detail says what cannot be understood.
    static Result<CommandLine> parse(const QStringList &arguments);

    /// The page that `--help` shows.
    static QString usage();
};

} // namespace aegis
