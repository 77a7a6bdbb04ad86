#include "server/cli/CommandLine.h"

#include <array>
#include <utility>

namespace aegis {
namespace {

struct Word {
    QLatin1String name;
    CommandName command;
    QLatin1String does;
    QLatin1String operand; ///< what has to follow; empty: nothing
};

constexpr Word word(const char *name, CommandName command, const char *does, const char *operand = "")
{
    return {QLatin1String(name), command, QLatin1String(does), QLatin1String(operand)};
}

constexpr std::array words{
    word("run", CommandName::Run, "serve until SIGTERM or Ctrl-C; SIGHUP reads the TLS certificate again"),
    word("migrate", CommandName::Migrate, "bring the database's schema up to date and end"),
    word("import-users", CommandName::ImportUsers, "bring the people of a FILE (CSV or a JSON object a line) into the database"),
    word("check-config", CommandName::CheckConfig, "say which settings hold and where they come from, or what is wrong with them"),
    word("calibrate", CommandName::Calibrate, "measure this machine and propose parameters for hashing passwords"),
    word("keys rotate-encryption", CommandName::RotateEncryption, "make a new encryption key and encrypt anew with it, while servers serve"),
    word("keys list", CommandName::KeysList, "show the keys that sign access tokens"),
    word("keys rotate", CommandName::KeysRotate, "let the next key sign, while servers serve; no token is refused for it"),
    word("clients create", CommandName::ClientsCreate, "give a program credentials for introspection and revocation, shown once", "NAME"),
    word("clients list", CommandName::ClientsList, "show the programs with credentials"),
    word("clients revoke", CommandName::ClientsRevoke, "take a program's credentials away", "ID"),
    word("admin create", CommandName::AdminCreate, "make an administrator of the platform, who chooses a password with the token that is shown",
         "EMAIL"),
    word("admin grant", CommandName::AdminGrant, "give a role of the platform to somebody who has an account", "EMAIL"),
    word("admin revoke", CommandName::AdminRevoke, "take a role of the platform away", "EMAIL"),
    word("admin list", CommandName::AdminList, "show who has roles of the platform"),
    word("audit verify", CommandName::AuditVerify, "find out whether the audit trail is what was sealed"),
    word("audit export", CommandName::AuditExport, "write the sealed events and their seals, which verify without the database", "FILE"),
    word("audit head", CommandName::AuditHead, "print the last signed head, to be kept elsewhere"),
    word("audit rotate-key", CommandName::AuditRotateKey, "make the next key that signs the audit trail, from the servers' next start on"),
    word("events replay", CommandName::EventsReplay, "make the state of a moment again from the events, or compare it with the tables"),
    word("version", CommandName::Version, "say which version this is and what it was built with"),
};

Problem misunderstood(const QString &what)
{
    return Problem(ProblemCode::ValidationFailed, what);
}

const Word *wordOf(CommandName command)
{
    const auto *const found = std::find_if(words.begin(), words.end(), [command](const Word &known) { return known.command == command; });
    return found == words.end() ? nullptr : found;
}

/// Whether what follows the command is still missing.
bool lacksOperand(const CommandLine &line, const std::optional<CommandName> &command)
{
    const Word *const known = command ? wordOf(*command) : nullptr;
    return known != nullptr && !known->operand.isEmpty() && line.operand.isEmpty();
}

bool isFirstOfTwo(const QString &argument)
{
    return argument == QLatin1String("keys") || argument == QLatin1String("clients") || argument == QLatin1String("audit")
        || argument == QLatin1String("admin") || argument == QLatin1String("events");
}

/// Takes an option of the audit commands and its value; false when it is none, or has no fitting value.
bool takeAuditOption(CommandLine &line, const std::optional<CommandName> &command, const QString &option, const QString &value)
{
    if (value.isEmpty())
        return false;
    if (command == CommandName::AuditVerify && option == QLatin1String("--export"))
        line.exportFile = value;
    else if (command == CommandName::AuditVerify && option == QLatin1String("--head"))
        line.headFile = value;
    else if (command == CommandName::AuditVerify && option == QLatin1String("--key"))
        line.auditKeys.append(value);
    else if (command == CommandName::AuditExport && option == QLatin1String("--from"))
        line.fromSeal = value.toLongLong();
    else if (command == CommandName::AuditExport && option == QLatin1String("--to"))
        line.toSeal = value.toLongLong();
    else
        return false;
    return command == CommandName::AuditVerify || value.toLongLong() > 0;
}

/// Takes an option of `events replay` and its value; false when it is none, or has no fitting value.
bool takeReplayOption(CommandLine &line, const QString &option, const QString &value)
{
    if (option == QLatin1String("--schema"))
        line.schema = value;
    else if (option == QLatin1String("--until"))
        line.until = fromRfc3339(value.toLatin1());
    else
        return false;
    return !line.schema.isEmpty() && (option != QLatin1String("--until") || line.until);
}

QString callOf(const Word &known)
{
    return known.operand.isEmpty() ? QString(known.name) : QString(known.name) + QLatin1Char(' ') + known.operand;
}

} // namespace

Result<CommandLine> CommandLine::parse(const QStringList &arguments)
{
    CommandLine line;
    std::optional<CommandName> command;
    std::optional<CommandName> page; // help wins over whatever else is asked for
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        QString argument = arguments.at(i);
        if (!command && isFirstOfTwo(argument) && i + 1 < arguments.size())
            argument += QLatin1Char(' ') + arguments.at(++i); // their commands have two words
        if (argument == QLatin1String("-h") || argument == QLatin1String("--help") || (argument == QLatin1String("help") && !command)) {
            page = CommandName::Help;
        } else if (argument == QLatin1String("--help-config")) {
            page = CommandName::HelpConfig;
        } else if (argument == QLatin1String("--version")) {
            command = CommandName::Version;
        } else if (argument == QLatin1String("--config") || argument.startsWith(QLatin1String("--config="))) {
            const bool isApart = !argument.contains(QLatin1Char('='));
            const QString file = isApart ? arguments.value(++i) : argument.mid(argument.indexOf(QLatin1Char('=')) + 1);
            if (file.isEmpty())
                return misunderstood(QStringLiteral("--config needs the path of a file"));
            if (line.configFile)
                return misunderstood(QStringLiteral("--config may be given only once"));
            line.configFile = file;
        } else if (command == CommandName::ImportUsers && line.file.isEmpty() && !argument.isEmpty() && !argument.startsWith(QLatin1Char('-'))) {
            line.file = argument;
        } else if (command == CommandName::ClientsCreate && argument == QLatin1String("--organization")) {
            line.organization = arguments.value(++i);
            if (line.organization.isEmpty())
                return misunderstood(QStringLiteral("--organization needs the slug of an organization"));
        } else if (command == CommandName::AdminGrant && argument == QLatin1String("--unverified")) {
            line.unverified = true;
        } else if ((command == CommandName::AdminCreate || command == CommandName::AdminGrant || command == CommandName::AdminRevoke)
                   && argument == QLatin1String("--role")) {
            line.role = arguments.value(++i);
            if (line.role != QLatin1String("PLATFORM_ADMIN") && line.role != QLatin1String("PLATFORM_AUDITOR"))
                return misunderstood(QStringLiteral("--role is PLATFORM_ADMIN or PLATFORM_AUDITOR"));
        } else if (takeAuditOption(line, command, argument, arguments.value(i + 1))) {
            ++i;
        } else if (command == CommandName::EventsReplay && argument == QLatin1String("--check")) {
            line.check = true;
        } else if (command == CommandName::EventsReplay && (argument == QLatin1String("--until") || argument == QLatin1String("--schema"))) {
            if (!takeReplayOption(line, argument, arguments.value(++i)))
                return misunderstood(argument == QLatin1String("--until") ? QStringLiteral("--until needs a time like 2026-11-22T07:30:00Z")
                                                                          : QStringLiteral("--schema needs the name of a schema"));
        } else if (lacksOperand(line, command) && !argument.isEmpty() && !argument.startsWith(QLatin1Char('-'))) {
            line.operand = argument;
        } else {
            const auto *const found = std::find_if(words.begin(), words.end(), [&argument](const Word &known) { return argument == known.name; });
            if (found == words.end())
                return misunderstood(
                    QStringLiteral("unknown %1 '%2'")
                        .arg(argument.startsWith(QLatin1Char('-')) ? QStringLiteral("option") : QStringLiteral("command"), argument));
            if (command)
                return misunderstood(QStringLiteral("one command at a time: '%1' is one too many").arg(argument));
            command = found->command;
        }
    }
    if (!command && !page)
        return misunderstood(QStringLiteral("a command is missing"));
    line.command = page ? *page : *command;
    if (line.command == CommandName::ImportUsers && line.file.isEmpty())
        return misunderstood(QStringLiteral("import-users needs the path of a file"));
    if (line.check && line.until)
        return misunderstood(QStringLiteral("--check compares the present: --until does not go with it"));
    if (lacksOperand(line, line.command))
        return misunderstood(QStringLiteral("it is: aegisd %1").arg(callOf(*wordOf(line.command))));
    return line;
}

QString CommandLine::usage()
{
    QString page = QStringLiteral("Usage: aegisd COMMAND [--config FILE]\n\nCommands:\n");
    for (const Word &known : words)
        page += QStringLiteral("  %1  %2\n").arg(callOf(known).leftJustified(22), known.does);
    page += QStringLiteral("\nOptions:\n"
                           "  --config FILE   settings from a file, a line KEY=VALUE each; environment variables win over it\n"
                           "  --organization SLUG   with clients create: the program may only ask about tokens of that organization\n"
                           "  --unverified    with admin grant: although nobody has shown that the address is theirs\n"
                           "  --role ROLE     with admin: PLATFORM_ADMIN (default), or PLATFORM_AUDITOR, who sees all and changes nothing\n"
                           "  --export FILE   with audit verify: verify what audit export has written, without a database\n"
                           "  --head FILE     with audit verify: the trail must hold this head, which audit head has printed before\n"
                           "  --key ID        with audit verify: believe this key rather than the one of this server\n"
                           "  --from N, --to N   with audit export: only these seals\n"
                           "  --until TIME    with events replay: the moment (RFC 3339); the present without it\n"
                           "  --schema NAME   with events replay: where to; aegis_replay without it\n"
                           "  --check         with events replay: make nothing, compare what the events tell with the tables\n"
                           "  --help-config   list all settings with their defaults and reasons\n"
                           "  -h, --help      show this page\n"
                           "\nExit codes: 0 done, 1 failed, 2 the command line is wrong, 78 a setting is wrong.\n");
    return page;
}

} // namespace aegis
