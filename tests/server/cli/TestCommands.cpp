#include "server/cli/CalibrationReport.h"
#include "server/cli/CommandLine.h"
#include "server/cli/Commands.h"
#include "server/cli/SettingsHelp.h"
#include "tests/support/TestMain.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryFile>

using namespace aegis;

class TestCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void understandsACommandLine_data();
    void understandsACommandLine();
    void refusesACommandLine_data();
    void refusesACommandLine();
    void handsTheSettingsToTheCommand();
    void givesTheCommandsExitCode();
    void handsTheOperandsToTheCommand();
    void stopsAtBadSettings();
    void showsWhichSettingsHold();
    void namesEverySettingWithDefaultAndReason();
    void keepsHelpWithinTheWidth();
    void saysWhatItWasBuiltWith();
    void proposesParameters();
    void measuresThisMachine();

private:
    struct Outcome {
        int code = -1;
        QString out;
        QString err;
    };
    static QString textOf(QTemporaryFile &file)
    {
        QFile again(file.fileName());
        return again.open(QIODevice::ReadOnly) ? QString::fromUtf8(again.readAll()) : QString();
    }
    static Outcome run(const QStringList &arguments, const Environment &environment = {}, const Commands &commands = {})
    {
        QTemporaryFile out, err;
        if (!out.open() || !err.open())
            qFatal("cannot make files");
        std::FILE *const outFile = std::fopen(qPrintable(out.fileName()), "w");
        std::FILE *const errFile = std::fopen(qPrintable(err.fileName()), "w");
        const int code = runCommandLine(arguments, environment, commands, outFile, errFile);
        std::fclose(outFile);
        std::fclose(errFile);
        return {code, textOf(out), textOf(err)};
    }
};

void TestCommands::understandsACommandLine_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("command");
    QTest::addColumn<QString>("file");
    const auto row = [](const char *line, CommandName command, const char *file = "") {
        QTest::newRow(line) << QString::fromLatin1(line) << int(command) << QString::fromLatin1(file);
    };
    row("run", CommandName::Run);
    row("migrate", CommandName::Migrate);
    row("check-config", CommandName::CheckConfig);
    row("calibrate", CommandName::Calibrate);
    row("keys rotate-encryption", CommandName::RotateEncryption);
    row("keys rotate-encryption --config /etc/aegis.conf", CommandName::RotateEncryption, "/etc/aegis.conf");
    row("keys list", CommandName::KeysList);
    row("keys rotate --config /etc/aegis.conf", CommandName::KeysRotate, "/etc/aegis.conf");
    row("clients create gateway", CommandName::ClientsCreate);
    row("clients create --config /etc/aegis.conf gateway --organization engines", CommandName::ClientsCreate, "/etc/aegis.conf");
    row("clients list", CommandName::ClientsList);
    row("clients revoke 0193a0f0-7c00-7abc-8def-0000000c11e7", CommandName::ClientsRevoke);
    row("version", CommandName::Version);
    row("--version", CommandName::Version);
    row("--help", CommandName::Help);
    row("-h", CommandName::Help);
    row("help", CommandName::Help);
    row("run --help", CommandName::Help);
    row("--help-config", CommandName::HelpConfig);
    row("import-users people.csv", CommandName::ImportUsers);
    row("import-users people.csv --config /etc/aegis.conf", CommandName::ImportUsers, "/etc/aegis.conf");
    row("import-users run", CommandName::ImportUsers); // a file may have any name
    row("run --config /etc/aegis.conf", CommandName::Run, "/etc/aegis.conf");
    row("--config=/etc/aegis.conf migrate", CommandName::Migrate, "/etc/aegis.conf");
}

void TestCommands::understandsACommandLine()
{
    QFETCH(const QString, line);
    QFETCH(const int, command);
    QFETCH(const QString, file);

    const auto parsed = CommandLine::parse(line.split(QLatin1Char(' ')));

    QVERIFY_RESULT(parsed);
    QCOMPARE(int(parsed->command), command);
    QCOMPARE(parsed->configFile.value_or(QString()), file);
}

void TestCommands::refusesACommandLine_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("says");
    QTest::newRow("nothing") << QStringList() << QStringLiteral("a command is missing");
    QTest::newRow("unknown command") << QStringList{QStringLiteral("serve")} << QStringLiteral("unknown command 'serve'");
    QTest::newRow("unknown option") << QStringList{QStringLiteral("run"), QStringLiteral("--port")} << QStringLiteral("unknown option '--port'");
    QTest::newRow("two commands") << QStringList{QStringLiteral("run"), QStringLiteral("migrate")} << QStringLiteral("one command at a time");
    QTest::newRow("no file") << QStringList{QStringLiteral("run"), QStringLiteral("--config")} << QStringLiteral("--config needs");
    QTest::newRow("empty file") << QStringList{QStringLiteral("run"), QStringLiteral("--config=")} << QStringLiteral("--config needs");
    QTest::newRow("two files") << QStringList{QStringLiteral("--config"), QStringLiteral("a"), QStringLiteral("--config"), QStringLiteral("b")}
                               << QStringLiteral("only once");
    QTest::newRow("half a command") << QStringList{QStringLiteral("keys")} << QStringLiteral("unknown command 'keys'");
    QTest::newRow("another of keys") << QStringList{QStringLiteral("keys"), QStringLiteral("eat")} << QStringLiteral("unknown command 'keys eat'");
    QTest::newRow("nothing to import") << QStringList{QStringLiteral("import-users")} << QStringLiteral("import-users needs the path of a file");
    QTest::newRow("two files to import") << QStringList{QStringLiteral("import-users"), QStringLiteral("a"), QStringLiteral("b")}
                                         << QStringLiteral("unknown command 'b'");
    QTest::newRow("an unknown half") << QStringList{QStringLiteral("keys"), QStringLiteral("burn")} << QStringLiteral("unknown command 'keys burn'");
    QTest::newRow("no name") << QStringList{QStringLiteral("clients"), QStringLiteral("create")} << QStringLiteral("aegisd clients create NAME");
    QTest::newRow("two names") << QStringList{QStringLiteral("clients"), QStringLiteral("create"), QStringLiteral("a"), QStringLiteral("b")}
                               << QStringLiteral("unknown command 'b'");
    QTest::newRow("no slug") << QStringList{QStringLiteral("clients"), QStringLiteral("create"), QStringLiteral("a"),
                                            QStringLiteral("--organization")}
                             << QStringLiteral("--organization needs");
    QTest::newRow("an operand that is not asked for")
        << QStringList{QStringLiteral("keys"), QStringLiteral("list"), QStringLiteral("x")} << QStringLiteral("unknown command 'x'");
    QTest::newRow("empty argument") << QStringList{QString()} << QStringLiteral("unknown command ''");
}

void TestCommands::refusesACommandLine()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QString, says);

    const Outcome outcome = run(arguments);

    QCOMPARE(outcome.code, 2);
    QVERIFY2(outcome.err.contains(says), qPrintable(outcome.err));
    QVERIFY(outcome.err.contains(QStringLiteral("Usage: aegisd")));
    QVERIFY(outcome.out.isEmpty());
}

void TestCommands::handsTheSettingsToTheCommand()
{
    int port = 0;
    Commands commands;
    commands.run = [&port](const LoadedSettings &loaded) {
        port = loaded.settings.port;
        return 0;
    };

    const Outcome outcome = run({QStringLiteral("run")}, {{"PORT", "4242"}}, commands);

    QCOMPARE(outcome.code, 0);
    QCOMPARE(port, 4242);
}

void TestCommands::givesTheCommandsExitCode()
{
    Commands commands;
    commands.migrate = [](const LoadedSettings &) { return 7; };

    QCOMPARE(run({QStringLiteral("migrate")}, {}, commands).code, 7);
    QCOMPARE(run({QStringLiteral("run")}, {}, commands).code, 1); // not given
}

void TestCommands::handsTheOperandsToTheCommand()
{
    QStringList seen;
    Commands commands;
    commands.clients = [&seen](const LoadedSettings &, const CommandLine &line) {
        seen = {line.operand, line.organization};
        return 0;
    };

    QCOMPARE(run({QStringLiteral("clients"), QStringLiteral("create"), QStringLiteral("my gateway"), QStringLiteral("--organization"),
                  QStringLiteral("engines")},
                 {}, commands)
                 .code,
             0);

    QCOMPARE(seen, (QStringList{QStringLiteral("my gateway"), QStringLiteral("engines")}));
}

void TestCommands::stopsAtBadSettings()
{
    bool isCalled = false;
    Commands commands;
    commands.run = [&isCalled](const LoadedSettings &) {
        isCalled = true;
        return 0;
    };

    const Outcome outcome = run({QStringLiteral("run")}, {{"PORT", "http"}, {"JWT_SECRET", "hunter2"}}, commands);

    QCOMPARE(outcome.code, 78);
    QVERIFY(!isCalled);
    QVERIFY(outcome.err.contains(QStringLiteral("  PORT is 'http'; it must be a whole number from 0 to 65535.\n")));
    QVERIFY(outcome.err.contains(QStringLiteral("  JWT_SECRET has a value that is not right; it must be 32 to 1024 bytes")));
    QVERIFY(!outcome.err.contains(QStringLiteral("hunter2")));
}

void TestCommands::showsWhichSettingsHold()
{
    const Outcome outcome = run({QStringLiteral("check-config")},
                                {{"PORT", "4242"}, {"JWT_SECRET", "hunter2-hunter2-a-secret-that-is-long-enough"}, {"EVENT_RETENTION_DAYS", "3"}});

    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.out.contains(QRegularExpression(QStringLiteral("(?m)^PORT +4242 +# environment$"))));
    QVERIFY(outcome.out.contains(QRegularExpression(QStringLiteral("(?m)^HASH_QUEUE +256 +# default$"))));
    QVERIFY(outcome.out.contains(QRegularExpression(QStringLiteral("(?m)^JWT_SECRET +\\(set, not shown\\) +# environment$"))));
    QVERIFY(!outcome.out.contains(QStringLiteral("hunter2")));
    QVERIFY(outcome.err.startsWith(QStringLiteral("warning: EVENT_RETENTION_DAYS")));
    QVERIFY(outcome.out.endsWith(QStringLiteral("The settings are right.\n")));
}

void TestCommands::namesEverySettingWithDefaultAndReason()
{
    const Outcome outcome = run({QStringLiteral("--help-config")});
    const QString flat = QString(outcome.out).replace(QRegularExpression(QStringLiteral("\\s+")), QStringLiteral(" "));

    QCOMPARE(outcome.code, 0);
    int settings = 0;
    for (const SettingGroup &group : settingsTable()) {
        for (const Setting &setting : group.settings) {
            ++settings;
            QVERIFY2(!setting.reason.isEmpty() && setting.reason.endsWith(QLatin1Char('.')), setting.name.data());
            QVERIFY2(!setting.describeFallback().isEmpty(), setting.name.data());
            QVERIFY2(flat.contains(QStringLiteral(" %1 default: %2 must be %3").arg(setting.name, setting.describeFallback(), setting.allowed)),
                     setting.name.data());
            QVERIFY2(flat.contains(setting.reason), setting.name.data());
        }
    }
    QVERIFY(settings > 50);
}

void TestCommands::keepsHelpWithinTheWidth()
{
    for (const QString &line : settingsHelp(80).split(QLatin1Char('\n'))) {
        if (!line.contains(QStringLiteral("default: ")))
            QVERIFY2(line.size() <= 80, qPrintable(line));
    }
}

void TestCommands::saysWhatItWasBuiltWith()
{
    const Outcome outcome = run({QStringLiteral("version")}, {{"PORT", "bad settings do not matter here"}});

    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.out.startsWith(QStringLiteral("aegisd ") + QLatin1String(AEGIS_VERSION) + QLatin1Char('\n')));
    for (const char *part : {"Qt 6.", "PostgreSQL client 1", "OpenSSL 3.", "libsodium 1."})
        QVERIFY2(outcome.out.contains(QLatin1String(part)), part);
}

void TestCommands::proposesParameters()
{
    Calibration calibration;
    calibration.argon2 = {{Argon2Cost{}, std::chrono::milliseconds(20)}};
    calibration.bcrypt = {{12, std::chrono::milliseconds(250)}};
    calibration.proposedArgon2 = {.memoryKib = 65536, .passes = 3, .lanes = 1};
    calibration.proposedBcryptRounds = 11;
    calibration.cores = 4;

    const QString report = calibrationReport(calibration, std::chrono::milliseconds(100));

    QVERIFY2(report.contains(QRegularExpression(QStringLiteral("Argon2id, 19456 KiB, 2 passes, 1 lane +20\\.0 ms +200\\.0 a second"))),
             qPrintable(report));
    QVERIFY(report.contains(QStringLiteral("\nARGON2_MEMORY_KIB=65536\nARGON2_ITERATIONS=3\nARGON2_PARALLELISM=1\nBCRYPT_ROUNDS=11\n")));
    QVERIFY(!report.contains(QStringLiteral("Even the default")));
}

void TestCommands::measuresThisMachine()
{
    const Outcome outcome = run({QStringLiteral("calibrate")});

    QCOMPARE(outcome.code, 0);
    QVERIFY(outcome.out.contains(QRegularExpression(QStringLiteral("(?m)^ARGON2_MEMORY_KIB=\\d+$"))));
    QVERIFY(outcome.err.isEmpty());
}

AEGIS_TEST(TestCommands)
#include "TestCommands.moc"
