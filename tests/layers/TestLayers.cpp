#include "tests/layers/LayerRules.h"
#include "tests/layers/Sources.h"
#include "tests/support/TestMain.h"

using namespace aegis::test;

class TestLayers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sourcesKeepTheLayers();
    void refuses_data();
    void refuses();
    void allows_data();
    void allows();
};

void TestLayers::sourcesKeepTheLayers()
{
    QStringList violations;
    const std::vector<Source> all = sources();
    for (const Source &source : all)
        violations += layerViolations(source.path, source.text);

    QVERIFY2(violations.isEmpty(), qPrintable(violations.join(QLatin1Char('\n'))));
    QVERIFY2(all.size() > 200, "the sources were not found");
}

void TestLayers::refuses_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, const char *path, const char *text) {
        QTest::newRow(name) << QString::fromLatin1(path) << QString::fromLatin1(text);
    };
    row("shared that knows the server", "shared/dto/Login.h", "#pragma once\n#include \"server/config/Settings.h\"\n");
    row("shared that knows the console", "shared/dto/Login.h", "#include \"gui/api/Client.h\"\n");
    row("the server that knows the console", "server/app/Server.cpp", "#include \"gui/api/Client.h\"\n");
    row("the server that knows its tests", "server/app/Server.cpp", "  #  include \"tests/support/TestMain.h\"\n");
    row("a page of the console that knows the server", "gui/pages/UsersPage.cpp", "#include \"server/app/Server.h\"\n");
    row("the console that knows the tests", "gui/main.cpp", "#include \"tests/support/TestMain.h\"\n");
    row("a model with a widget", "gui/models/UsersModel.h", "#include <QtWidgets/QLabel>\n");
    row("QtHttpServer in a feature", "server/auth/AuthApi.cpp", "#include <QtHttpServer/QHttpServerRequest>\n");
    row("QtHttpServer by its short name", "server/app/Server.h", "#include <QHttpServer>\n");
    row("libpq in a service", "server/auth/LoginService.cpp", "#include <libpq-fe.h>\n");
    row("QtSql in the router", "server/http/Router.cpp", "#include <QtSql/QSqlQuery>\n");
    row("the database that knows a feature", "server/db/Database.cpp", "#include \"server/auth/LoginStore.h\"\n");
    row("a store that knows its service", "server/auth/LoginStore.cpp", "#include \"server/auth/LoginService.h\"\n");
    row("a store that knows an API", "server/auth/LoginStore.h", "#include \"server/users/UsersApi.h\"\n");
    row("a service that knows its API", "server/auth/LoginService.h", "#include \"server/auth/LoginApi.h\"\n");
    row("an API that knows a store", "server/auth/LoginApi.cpp", "#include \"server/auth/LoginStore.h\"\n");
    row("an API that knows the database", "server/auth/LoginApi.cpp", "#include \"server/db/Tx.h\"\n");
    row("a query in a service", "server/auth/LoginService.cpp", "tx.query(\"select id from aegis.user where email = $1\");\n");
    row("a call of a function in a service", "server/auth/LoginService.cpp", "tx.query(\"SELECT aegis.login($1, $2)\");\n");
    row("a raw query in an API", "server/auth/LoginApi.cpp", "tx.query(R\"sql(\n  with found as (select 1) select * from found)sql\");\n");
    row("an insert in a job", "server/jobs/Cleanup.cpp", "QStringLiteral(\"Insert into event values ($1)\")\n");
    row("an update in the router", "server/http/Router.cpp", "\"update session set last_seen = now()\"\n");
    row("a delete in the console", "gui/api/Client.cpp", "\"delete from session\"\n");
    row("a table made in a service", "server/auth/LoginService.cpp", "\"create table t (id int)\"\n");
}

void TestLayers::refuses()
{
    QFETCH(QString, path);
    QFETCH(QString, text);

    QCOMPARE(layerViolations(path, text).size(), 1);
}

void TestLayers::allows_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, const char *path, const char *text) {
        QTest::newRow(name) << QString::fromLatin1(path) << QString::fromLatin1(text);
    };
    row("the server that knows shared", "server/auth/LoginService.cpp", "#include \"shared/dto/Login.h\"\n");
    row("an API, its service and its store", "server/auth/LoginApi.cpp", "#include \"server/auth/LoginService.h\"\n");
    row("a service with its store and the database", "server/auth/LoginService.cpp",
        "#include \"server/auth/LoginStore.h\"\n#include \"server/db/Database.h\"\n");
    row("SQL in a store", "server/auth/LoginStore.cpp", "#include <libpq-fe.h>\nconst auto sql = \"select id from aegis.user\";\n");
    row("SQL in the database", "server/db/Migrator.cpp", "#include <QtSql/QSqlQuery>\nconst auto sql = \"select 1 from x\";\n");
    row("SQL in a test", "tests/server/auth/TestLogin.cpp", "const auto sql = \"delete from session\";\n");
    row("QtHttpServer in server/http", "server/http/transport/HttpServer.cpp", "#include <QtHttpServer/QHttpServer>\n");
    row("the console's main that joins both", "gui/main.cpp", "#include \"server/app/Server.h\"\n");
    row("English that begins like SQL", "server/config/SettingsTable.cpp",
        "\"Select a port below 65536\", \"with a proxy in front\", \"update the file\"\n");
    row("an include that is commented out", "shared/dto/Login.h", "// #include \"server/config/Settings.h\"\n");
}

void TestLayers::allows()
{
    QFETCH(QString, path);
    QFETCH(QString, text);

    QCOMPARE(layerViolations(path, text), QStringList());
}

AEGIS_TEST(TestLayers)
#include "TestLayers.moc"
