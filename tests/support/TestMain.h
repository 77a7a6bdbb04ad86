#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QObject>
#include <QtTest/QTest>

#include <functional>
#include <memory>

namespace aegis::test {

/// Makes a test class known to the main() of its program.
bool registerTest(const char *name, std::function<std::unique_ptr<QObject>()> make);

/// A problem's code and both its texts, for a test that did not expect it. (For any type that looks like a Problem.)
template <class Problem> QByteArray inWords(const Problem &problem)
{
    return problemInfo(problem.code).name.data() + QByteArray(": ") + problem.detail.toUtf8() + " / " + problem.internal.toUtf8();
}

} // namespace aegis::test

/// Stands at the end of a test file, before the include of its moc file.
#define AEGIS_TEST(Class)                                                             \
    [[maybe_unused]] static const bool registered##Class = aegis::test::registerTest( \
        #Class, [] { return std::unique_ptr<QObject>(std::make_unique<Class>()); });

/// Fails the test with the problem's own words when a Result holds one.
#define QVERIFY_RESULT(result)                                                                                 \
    do {                                                                                                       \
        const auto &verified_ = (result);                                                                      \
        QVERIFY2(verified_.ok(), verified_.ok() ? "" : aegis::test::inWords(verified_.problem()).constData()); \
    } while (false)
