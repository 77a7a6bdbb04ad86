// Runs the test classes named on the command line (all of them when none is), with what follows handed to Qt Test:
// `program TestResult TestTask -v2`. An unexpected warning fails the test that it came in.
#include "tests/support/TestMain.h"

#include <QtCore/QCoreApplication>

#include <cstdio>
#include <map>

namespace aegis::test {
namespace {

std::map<QByteArray, std::function<std::unique_ptr<QObject>()>> &tests()
{
    static std::map<QByteArray, std::function<std::unique_ptr<QObject>()>> known;
    return known;
}

} // namespace

bool registerTest(const char *name, std::function<std::unique_ptr<QObject>()> make)
{
    return tests().emplace(name, std::move(make)).second;
}

} // namespace aegis::test

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QStringList options = application.arguments();
    QStringList names;
    while (options.size() > 1 && options.at(1).startsWith(QStringLiteral("Test")))
        names.append(options.takeAt(1));
    if (names.isEmpty()) {
        for (const auto &[name, make] : aegis::test::tests())
            names.append(QString::fromLatin1(name));
    }

    int failures = 0;
    for (const QString &name : std::as_const(names)) {
        const auto found = aegis::test::tests().find(name.toLatin1());
        if (found == aegis::test::tests().end()) {
            std::fprintf(stderr, "there is no test class %s here\n", qPrintable(name));
            return 2;
        }
        const auto test = found->second();
        failures += QTest::qExec(test.get(), options);
    }
    return failures == 0 ? 0 : 1;
}
