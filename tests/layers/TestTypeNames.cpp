#include "tests/layers/Sources.h"
#include "tests/layers/TypeDefinitions.h"
#include "tests/support/TestMain.h"

#include <QtCore/QMap>

using namespace aegis::test;

class TestTypeNames : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyTypeIsDefinedOnce();
    void findsDefinitions_data();
    void findsDefinitions();
};

void TestTypeNames::everyTypeIsDefinedOnce()
{
    QMap<QString, QStringList> files;
    for (const Source &source : sources()) {
        for (const QString &name : typesDefinedIn(source.text))
            files[name].append(source.path);
    }

    QStringList repeated;
    for (auto entry = files.cbegin(); entry != files.cend(); ++entry) {
        if (entry->size() > 1)
            repeated.append(QStringLiteral("%1 is defined in %2").arg(entry.key(), entry->join(QStringLiteral(" and "))));
    }
    QVERIFY2(repeated.isEmpty(), qPrintable(repeated.join(u'\n')));
    QVERIFY(files.contains(QStringLiteral("aegis::Result")));
    QVERIFY(files.contains(QStringLiteral("aegis::http::Pipeline")));
    QVERIFY2(files.size() > 200, "the types were not found");
}

void TestTypeNames::findsDefinitions_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("names");
    const auto row = [](const char *name, const char *text, const QStringList &names) { QTest::newRow(name) << QString::fromLatin1(text) << names; };
    const auto named = [](const char *name) { return QStringList{QString::fromLatin1(name)}; };
    row("a struct", "namespace aegis { struct Call { int a; }; }", named("aegis::Call"));
    row("a nested namespace", "namespace aegis::http { class Call final : public Base { }; }", named("aegis::http::Call"));
    row("a namespace in a namespace", "namespace aegis {\nnamespace detail {\nclass Call {};\n}\n}", named("aegis::detail::Call"));
    row("behind a namespace", "namespace { int a; }\nnamespace aegis { struct Call {}; }", named("aegis::Call"));
    row("an enumeration", "namespace aegis { enum class Kind : int { A, B }; }", named("aegis::Kind"));
    row("a template", "namespace aegis { template <class T, template <class> class U> class [[nodiscard]] Call { }; }", named("aegis::Call"));
    row("a class out of its class", "namespace aegis { class Call::Private { }; }", named("aegis::Call::Private"));
    row("one at file scope", "class TestCall : public QObject { struct Inner {}; };", named("TestCall"));
    row("after a function", "namespace aegis { int f() { struct Local {}; return 1; } struct Call {}; }", named("aegis::Call"));

    row("an anonymous namespace", "namespace aegis { namespace { struct Call {}; } }", {});
    row("a declaration", "namespace aegis { class Call; enum class Kind; }", {});
    row("a class in a class", "namespace aegis { void f(); }\nstruct { struct Inner {}; } object;", {});
    row("a specialization", "template <> struct std::hash<aegis::Id> { };", {});
    row("a function that returns a struct", "struct stat look(int fd) { return {}; }", {});
    row("an object of a struct", "struct tm moment = {1, 2};", {});
    row("a comment", "// struct Call {};\n/* class Call\n{} */", {});
    row("a literal", "const auto a = \"struct Call {\"; const auto b = R\"x(\nclass Call {)x\";", {});
    row("a macro", "#define CALL \\\n struct Call { \\\n };", {});
}

void TestTypeNames::findsDefinitions()
{
    QFETCH(QString, text);
    QFETCH(QStringList, names);

    QCOMPARE(typesDefinedIn(text), names);
}

AEGIS_TEST(TestTypeNames)
#include "TestTypeNames.moc"
