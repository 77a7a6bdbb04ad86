#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QObject>
#include <QtTest/QTest>

#include <functional>
#include <memory>

namespace aegis::test {

/// Makes a test class known to the main() of its program.
bool registerTest(const char *name, std::function<std::unique_ptr<QObject>()> make);

} // namespace aegis::test

/// Stands at the end of a test file, before the include of its moc file.
#define AEGIS_TEST(Class)                                                             \
    [[maybe_unused]] static const bool registered##Class = aegis::test::registerTest( \
        #Class, [] { return std::unique_ptr<QObject>(std::make_unique<Class>()); });

/// Fails the test with the problem's own words when a Result holds one.
#define QVERIFY_RESULT(result)                                                                                                          \
    QVERIFY2((result).ok(),                                                                                                             \
             (result).ok() ? ""                                                                                                         \
                           : qPrintable(QString(QLatin1String(aegis::problemInfo((result).problem().code).name)) + QStringLiteral(": ") \
                                        + (result).problem().detail + QStringLiteral(" / ") + (result).problem().internal))
