// Runs the test classes named on the command line (all of them when none is), with what follows handed to Qt Test:
// `program TestResult TestTask -v2`. A warning of Qt (qWarning) fails the test function that it came in, unless that has announced it
// with QTest::ignoreMessage.
#include "tests/support/TestMain.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QRegularExpression>
#include <QtTest/QTestEventLoop>

#include <cstdio>
#include <map>
#include <mutex>
#include <vector>

namespace aegis::test {
namespace {

std::map<QByteArray, std::function<std::unique_ptr<QObject>()>> &tests()
{
    static std::map<QByteArray, std::function<std::unique_ptr<QObject>()>> known;
    return known;
}

std::mutex mutex;
QtMessageHandler ofQtTest = nullptr;

/// Qt Test forgets failOnWarning() after each test function, so it is told anew with each warning. It looks at what was announced
/// first. Any thread.
void takeMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (type == QtWarningMsg) {
        static const QRegularExpression any(QStringLiteral(".*"));
        const std::lock_guard lock(mutex);
        QTest::failOnWarning(any);
    }
    ofQtTest(type, context, message);
}

/// What QTest::qExec() does, with takeMessage() before the handler of Qt Test. Returns the number of failures.
int run(QObject &test, const QStringList &options)
{
    std::vector<QByteArray> texts;
    for (const QString &option : options)
        texts.push_back(option.toLocal8Bit());
    std::vector<char *> arguments;
    for (QByteArray &text : texts)
        arguments.push_back(text.data());
    QTest::qInit(&test, static_cast<int>(arguments.size()), arguments.data());
    ofQtTest = qInstallMessageHandler(takeMessage);
    const int failures = QTest::qRun();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete); // there is no event loop any more that would
    qInstallMessageHandler(ofQtTest);
    QTest::qCleanup();
    return failures;
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

    // Qt Test makes it with the first failure, on the thread of that one, where the application cannot be its parent.
    QTestEventLoop::instance();
    int failures = 0;
    for (const QString &name : std::as_const(names)) {
        const auto found = aegis::test::tests().find(name.toLatin1());
        if (found == aegis::test::tests().end()) {
            std::fprintf(stderr, "there is no test class %s here\n", qPrintable(name));
            return 2;
        }
        const auto test = found->second();
        failures += aegis::test::run(*test, options);
    }
    return failures == 0 ? 0 : 1;
}
