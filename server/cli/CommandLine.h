#pragma once

#include "shared/result/Result.h"
#include "shared/time/Instant.h"

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
    AdminCreate,
    AdminGrant,
    AdminRevoke,
    AdminList,
    AuditVerify,
    AuditExport,
    AuditHead,
    AuditRotateKey,
    EventsReplay,
    Version,
    Help,
    HelpConfig
};

/// What `aegisd` was told to do.
struct CommandLine {
    CommandName command = CommandName::Help;
    std::optional<QString> configFile;
    QString file;                                    ///< of import-users
    QString operand;                                 ///< what the command is about, if it takes that
    QString organization;                            ///< slug, of `clients create`; empty: none
    QString role = QStringLiteral("PLATFORM_ADMIN"); ///< of `admin`
    bool unverified = false;                         ///< of `admin grant`
    QString exportFile;                              ///< of `audit verify`; empty: the database is verified
    QString headFile;                                ///< of `audit verify`; empty: none was kept
    QStringList auditKeys;                           ///< ids of keys that `audit verify` trusts; empty: this server's
    qint64 fromSeal = 0;                             ///< of `audit export`; 0: from the first
    qint64 toSeal = 0;                               ///< of `audit export`; 0: to the last
    std::optional<Instant> until;                    ///< of `events replay`; none: the present
    QString schema = QStringLiteral("aegis_replay"); ///< of `events replay`
    bool check = false;                              ///< of `events replay`

    /// Reads the arguments after the program's name. The problem's detail says what cannot be understood.
    static Result<CommandLine> parse(const QStringList &arguments);

    /// The page that `--help` shows.
    static QString usage();
};

} // namespace aegis
