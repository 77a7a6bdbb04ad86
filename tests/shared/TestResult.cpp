#include "shared/result/Result.h"
#include "tests/support/TestMain.h"

#include <memory>
#include <set>

using namespace aegis;

class TestResult : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tryDeclaresTheValueOrReturnsTheProblem();
    void checkReturnsTheProblem();
    void holdsWhatCanOnlyBeMoved();
    void catalogueNamesAreUniqueAndFoundAgain();
    void fieldsHaveNoCodesButThoseOfTheCatalogue();
};

static Result<int> half(int number)
{
    if (number % 2)
        return Problem(ProblemCode::ValidationFailed, QStringLiteral("odd"));
    return number / 2;
}

static Result<int> quarter(int number)
{
    TRY(const int once, half(number));
    TRY(const int twice, half(once));
    return twice;
}

static Result<void> mustBeEven(int number)
{
    CHECK(half(number));
    return {};
}

void TestResult::tryDeclaresTheValueOrReturnsTheProblem()
{
    QCOMPARE(quarter(8).value(), 2);
    QCOMPARE(quarter(6).problem().code, ProblemCode::ValidationFailed);
    QCOMPARE(quarter(6).problem().status(), 422);
}

void TestResult::checkReturnsTheProblem()
{
    QVERIFY(mustBeEven(2).ok());
    QCOMPARE(mustBeEven(3).problem().detail, QStringLiteral("odd"));
}

void TestResult::holdsWhatCanOnlyBeMoved()
{
    Result<std::unique_ptr<int>> result(std::make_unique<int>(7));

    const std::unique_ptr<int> taken = *std::move(result);

    QCOMPARE(*taken, 7);
}

void TestResult::catalogueNamesAreUniqueAndFoundAgain()
{
    std::set<QByteArray> names;
    for (const ProblemInfo &info : problemCatalogue()) {
        const QByteArray name(info.name.data(), info.name.size());
        QVERIFY2(names.insert(name).second, name.constData());
        QCOMPARE(problemCodeFromName(name), std::optional(info.code));
        QVERIFY(info.status >= 400 && info.status <= 599);
    }
    QCOMPARE(problemCodeFromName("nonsense"), std::nullopt);
}

void TestResult::fieldsHaveNoCodesButThoseOfTheCatalogue()
{
    static_assert(std::is_same_v<decltype(FieldError::code), FieldCode>, "a text could be a code that no document knows");
    std::set<QByteArray> names;
    for (const FieldCodeInfo &info : fieldCodesOfRequests()) {
        QVERIFY(names.emplace(info.name.data(), info.name.size()).second);
        QVERIFY(!info.meaning.isEmpty());
        QCOMPARE(fieldCodeInfo(info.code).name, info.name);
    }
    QCOMPARE(names.size(), static_cast<std::size_t>(FieldCode::Filter) + 1); // what comes after it is of settings
    for (const char *name : {"required", "reserved", "password_too_weak"})
        QVERIFY(names.contains(name));
    QVERIFY(!names.contains("duplicate"));
}

AEGIS_TEST(TestResult)
#include "TestResult.moc"
