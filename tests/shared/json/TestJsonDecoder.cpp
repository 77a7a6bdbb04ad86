#include "shared/dto/AuthResponse.h"
#include "shared/dto/LogoutRequest.h"
#include "shared/dto/MeResponse.h"
#include "shared/dto/SignupRequest.h"
#include "shared/dto/SlugAvailability.h"
#include "shared/json/JsonDecoder.h"
#include "tests/support/TestMain.h"

using namespace aegis;

namespace {

struct Numbers {
    int small = 0;
    qint64 large = 0;
    std::optional<Instant> at;
    std::optional<UserId> user;
    std::optional<QStringList> tags;
    std::optional<std::vector<OrganizationDto>> organizations;
};

struct Search {
    std::optional<int> limit;
    bool all = false;
    std::optional<QString> text;
};

class FixedSource final : public RequestSource {
public:
    explicit FixedSource(QByteArray body, std::vector<std::pair<std::string, QByteArray>> parameters = {}) :
        m_body(std::move(body)), m_parameters(std::move(parameters))
    {
    }
    QByteArrayView body() const override { return m_body; }
    std::optional<QByteArray> parameter(In, std::string_view name) const override
    {
        for (const auto &[known, value] : m_parameters) {
            if (known == name)
                return value;
        }
        return std::nullopt;
    }

private:
    QByteArray m_body;
    std::vector<std::pair<std::string, QByteArray>> m_parameters;
};

QByteArrayList errorsOf(const Problem &problem)
{
    QByteArrayList errors;
    for (const FieldError &error : problem.fields)
        errors.append((error.field + QStringLiteral("=") + fieldCodeInfo(error.code).name).toUtf8());
    return errors;
}

const QByteArray goodSignup = R"({"email":"ada@example.com","password":"Correct-Horse-42","firstName":"Ada","lastName":"Lovelace",)"
                              R"("organizationName":"Engines","organizationSlug":"engines"})";

bool refuseCapitals(const QString &text, FieldErrors &errors)
{
    if (text == text.toLower())
        return true;
    errors.add(FieldCode::Characters, QStringLiteral("Must be in small letters."));
    return false;
}

} // namespace

template <> struct aegis::Fields<Numbers> {
    static constexpr std::string_view name = "Numbers";
    static constexpr std::tuple list{field("small", &Numbers::small),
                                     field("large", &Numbers::large),
                                     field("at", &Numbers::at),
                                     field("user", &Numbers::user),
                                     field("tags", &Numbers::tags, {.maxLength = 5, .check = refuseCapitals}),
                                     field("organizations", &Numbers::organizations)};
};
template <> struct aegis::Fields<Search> {
    static constexpr std::string_view name = "Search";
    static constexpr std::tuple list{field("limit", &Search::limit, {.in = In::Query}), field("all", &Search::all, {.in = In::Query}),
                                     field("text", &Search::text, {.in = In::Query, .maxLength = 10})};
};

class TestJsonDecoder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsEveryField();
    void readsEveryType();
    void tellsEveryWrongFieldAtOnce();
    void tellsWhatIsWrong_data();
    void tellsWhatIsWrong();
    void refusesWhatIsNoObject_data();
    void refusesWhatIsNoObject();
    void neverEchoesAValue();
    void boundsTheNumberOfErrors();
    void readsNullAsAbsentOnlyWhereDeclared();
    void takesNoBodyWhereItIsOptional();
    void readsParameters();
    void refusesWrongParameters_data();
    void refusesWrongParameters();
};

void TestJsonDecoder::readsEveryField()
{
    const auto result = decode<SignupRequest>(goodSignup);

    QVERIFY_RESULT(result);
    QCOMPARE(result->email, QStringLiteral("ada@example.com"));
    QCOMPARE(result->password.reveal(), QByteArrayView("Correct-Horse-42"));
    QCOMPARE(result->firstName, QStringLiteral("Ada"));
    QCOMPARE(result->lastName, QStringLiteral("Lovelace"));
    QCOMPARE(result->organizationName, QStringLiteral("Engines"));
    QCOMPARE(result->organizationSlug, QStringLiteral("engines"));
}

void TestJsonDecoder::readsEveryType()
{
    const auto result = decode<Numbers>(
        R"({"small":-7,"large":9223372036854775807,"at":"2026-11-22T07:30:00Z",)"
        R"("user":"0193a0f0-7c00-7abc-8def-0123456789ab","tags":["a","b"],"organizations":[{"id":)"
        R"("0193a0f0-7c00-7abc-8def-00000000cafe","name":"N","slug":"s","status":"active","createdAt":"2026-11-22T07:30:00Z"}]})");

    QVERIFY_RESULT(result);
    QCOMPARE(result->small, -7);
    QCOMPARE(result->large, std::numeric_limits<qint64>::max());
    QCOMPARE(toRfc3339(result->at.value()), QByteArray("2026-11-22T07:30:00.000Z"));
    QCOMPARE(result->user->text(), QByteArray("0193a0f0-7c00-7abc-8def-0123456789ab"));
    QCOMPARE(result->tags.value(), (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
    QCOMPARE(result->organizations->front().slug, QStringLiteral("s"));
}

void TestJsonDecoder::tellsEveryWrongFieldAtOnce()
{
    const auto result = decode<SignupRequest>(R"({"email":7,"password":null,"firstName":"","extra":1,"isAdmin":true})");

    QVERIFY(!result.ok());
    QCOMPARE(result.problem().code, ProblemCode::ValidationFailed);
    QCOMPARE(errorsOf(result.problem()),
             (QByteArrayList{"email=type", "password=type", "firstName=length", "lastName=required", "organizationName=required",
                             "organizationSlug=required", "extra=unknown", "isAdmin=unknown"}));
}

void TestJsonDecoder::tellsWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("members");
    QTest::addColumn<QByteArray>("error");
    QTest::newRow("a fraction") << QByteArray(R"("small":1.5)") << QByteArray("small=type");
    QTest::newRow("an integral number with a point is an integer") << QByteArray(R"("small":2.0)") << QByteArray();
    QTest::newRow("too large for 32 bits") << QByteArray(R"("small":2147483648)") << QByteArray("small=range");
    QTest::newRow("too small for 32 bits") << QByteArray(R"("small":-2147483649)") << QByteArray("small=range");
    QTest::newRow("a number as text") << QByteArray(R"("small":"1")") << QByteArray("small=type");
    QTest::newRow("a boolean as number") << QByteArray(R"("small":true)") << QByteArray("small=type");
    QTest::newRow("too large for 64 bits") << QByteArray(R"("large":9223372036854775808)") << QByteArray("large=range");
    QTest::newRow("far too large") << QByteArray(R"("large":1e300)") << QByteArray("large=range");
    QTest::newRow("no time") << QByteArray(R"("at":"yesterday")") << QByteArray("at=format");
    QTest::newRow("a time as number") << QByteArray(R"("at":1700000000)") << QByteArray("at=type");
    QTest::newRow("no id") << QByteArray(R"("user":"42")") << QByteArray("user=format");
    QTest::newRow("an id in braces") << QByteArray(R"("user":"{0193a0f0-7c00-7abc-8def-0123456789ab}")") << QByteArray("user=format");
    QTest::newRow("no list") << QByteArray(R"("tags":"a")") << QByteArray("tags=type");
    QTest::newRow("an element of another type") << QByteArray(R"("tags":["a",1])") << QByteArray("tags[1]=type");
    QTest::newRow("an element that is too long") << QByteArray(R"("tags":["abcdef"])") << QByteArray("tags[0]=length");
    QTest::newRow("an element that the field's check refuses") << QByteArray(R"("tags":["a","B"])") << QByteArray("tags[1]=characters");
    QTest::newRow("what is too long is not checked as well") << QByteArray(R"("tags":["ABCDEF"])") << QByteArray("tags[0]=length");
    QTest::newRow("length counts code points") << QByteArray(
        "\"tags\":[\"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\"]")
                                               << QByteArray();
    QTest::newRow("an unknown member inside") << QByteArray(R"("organizations":[{"id":"0193a0f0-7c00-7abc-8def-00000000cafe","name":"N","slug":"s",)"
                                                            R"("status":"a","createdAt":"2026-11-22T07:30:00Z","x":1}])")
                                              << QByteArray("organizations[0].x=unknown");
    QTest::newRow("a wrong member inside") << QByteArray(R"("organizations":[{"id":"0193a0f0-7c00-7abc-8def-00000000cafe","name":1,"slug":"s",)"
                                                         R"("status":"a","createdAt":"2026-11-22T07:30:00Z"}])")
                                           << QByteArray("organizations[0].name=type");
}

void TestJsonDecoder::tellsWhatIsWrong()
{
    QFETCH(QByteArray, members);
    QFETCH(QByteArray, error);
    QByteArray json = "{" + members;
    if (!members.contains("\"small\""))
        json += ",\"small\":1";
    if (!members.contains("\"large\""))
        json += ",\"large\":1";

    const auto result = decode<Numbers>(json + "}");

    if (error.isEmpty())
        QVERIFY_RESULT(result);
    else
        QCOMPARE(errorsOf(result.problem()), QByteArrayList{error});
}

void TestJsonDecoder::refusesWhatIsNoObject_data()
{
    QTest::addColumn<QByteArray>("json");
    for (const char *json : {"", "null", "[]", "\"x\"", "7", "true", "[{}]"})
        QTest::newRow(*json ? json : "nothing") << QByteArray(json);
}

void TestJsonDecoder::refusesWhatIsNoObject()
{
    QFETCH(QByteArray, json);

    const auto result = decode<LogoutRequest>(json);

    QVERIFY(!result.ok());
    QCOMPARE(result.problem().code, ProblemCode::MalformedJson);
}

void TestJsonDecoder::neverEchoesAValue()
{
    const auto result = decode<SignupRequest>(R"({"email":["hunter2"],"password":{"x":"hunter2"},"firstName":")"
                                              + QByteArray("hunter2").repeated(1000) + R"("})");

    QVERIFY(!result.ok());
    for (const FieldError &error : result.problem().fields)
        QVERIFY2(!(error.field + error.message).contains(QStringLiteral("hunter2")), qPrintable(error.field));
}

void TestJsonDecoder::boundsTheNumberOfErrors()
{
    QByteArray json("{");
    for (int i = 0; i < 1000; ++i)
        json += "\"" + QByteArray(100, 'x') + QByteArray::number(i) + "\":0,";
    json += "\"y\":0}";

    const auto result = decode<LogoutRequest>(json);

    QVERIFY(!result.ok());
    QCOMPARE(result.problem().fields.size(), FieldErrors::limit);
    QVERIFY(result.problem().fields.front().field.size() <= 64);
}

void TestJsonDecoder::readsNullAsAbsentOnlyWhereDeclared()
{
    const auto declared = decode<LogoutRequest>(R"({"refreshToken":null,"allDevices":null})");
    QVERIFY_RESULT(declared);
    QVERIFY(!declared->refreshToken);
    QVERIFY(!declared->allDevices);

    const auto undeclared = decode<SlugAvailabilityResponse>(R"({"slug":"s","available":true,"reason":null})");
    QVERIFY(!undeclared.ok());
    QCOMPARE(errorsOf(undeclared.problem()), QByteArrayList{"reason=type"});
}

void TestJsonDecoder::takesNoBodyWhereItIsOptional()
{
    QVERIFY(decodeRequest<LogoutRequest>(FixedSource(QByteArray()), true).ok());

    const auto required = decodeRequest<LogoutRequest>(FixedSource(QByteArray()), false);
    QVERIFY(!required.ok());
    QCOMPARE(required.problem().code, ProblemCode::MalformedJson);
}

void TestJsonDecoder::readsParameters()
{
    const auto result = decodeRequest<Search>(FixedSource({}, {{"limit", "20"}, {"all", "true"}, {"text", "\xc3\xa9t\xc3\xa9"}}), false);

    QVERIFY_RESULT(result);
    QCOMPARE(result->limit, std::optional(20));
    QVERIFY(result->all);
    QCOMPARE(result->text, std::optional(QStringLiteral("\u00e9t\u00e9")));
}

void TestJsonDecoder::refusesWrongParameters_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QByteArray>("error");
    QTest::newRow("no number") << QByteArray("limit") << QByteArray("ten") << QByteArray("limit=type");
    QTest::newRow("a number with a sign") << QByteArray("limit") << QByteArray("+1") << QByteArray("limit=type");
    QTest::newRow("a number with a blank") << QByteArray("limit") << QByteArray("1 ") << QByteArray("limit=type");
    QTest::newRow("a number that does not fit") << QByteArray("limit") << QByteArray("99999999999") << QByteArray("limit=range");
    QTest::newRow("no boolean") << QByteArray("all") << QByteArray("yes") << QByteArray("all=type");
    QTest::newRow("text that is not UTF-8") << QByteArray("text") << QByteArray("\xff") << QByteArray("text=type");
    QTest::newRow("text with NUL") << QByteArray("text") << QByteArray("a\0b", 3) << QByteArray("text=type");
    QTest::newRow("text that is too long") << QByteArray("text") << QByteArray(11, 'x') << QByteArray("text=length");
}

void TestJsonDecoder::refusesWrongParameters()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    QFETCH(QByteArray, error);
    std::vector<std::pair<std::string, QByteArray>> parameters{{name.toStdString(), value}};
    if (name != "all")
        parameters.emplace_back("all", "false");

    const auto result = decodeRequest<Search>(FixedSource({}, parameters), false);

    QVERIFY(!result.ok());
    QCOMPARE(errorsOf(result.problem()), QByteArrayList{error});
}

AEGIS_TEST(TestJsonDecoder)
#include "TestJsonDecoder.moc"
