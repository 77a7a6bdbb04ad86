#pragma once

#include "shared/result/Result.h"

#include <QtCore/QStringList>

#include <optional>

namespace aegis {

enum class CommandName {
    Run,
    Migrate,
    ImportUsers,
    CheckConfig,
    Calibrate,
    RotateEncryption,
    KeysList,
    KeysRotate,
    ClientsCreate,
    ClientsList,
    ClientsRevoke,
    Version,
    Help,
    HelpConfig
};

/// What `aegisd` was told to do.
struct CommandLine {
    CommandName command = CommandName::Help;
    std::optional<QString> configFile;
    QString file;         ///< of import-users
    QString operand;      ///< what the command is about, if it takes that
    QString organization; ///< slug, of `clients create`; empty: none

    /// Reads the arguments after the program's name. The problem's detail says what cannot be understood.
    static Result<CommandLine> parse(const QStringList &arguments);

    /// The page that `--help` shows.
    static QString usage();
};

} // namespace aegis
