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
        if (!command && (argument == QLatin1String("keys") || argument == QLatin1String("clients")) && i + 1 < arguments.size())
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
                           "  --help-config   list all settings with their defaults and reasons\n"
                           "  -h, --help      show this page\n"
                           "\nExit codes: 0 done, 1 failed, 2 the command line is wrong, 78 a setting is wrong.\n");
    return page;
}

} // namespace aegis
