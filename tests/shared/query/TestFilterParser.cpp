#include "shared/query/FilterCatalogues.h"
#include "shared/query/FilterParser.h"
#include "shared/query/FilterText.h"
#include "tests/shared/query/SampleFilters.h"
#include "tests/support/TestMain.h"

using namespace aegis;
using namespace aegis::test;

class TestFilterParser : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void means_data();
    void means();
    void pointsAtWhatIsWrong_data();
    void pointsAtWhatIsWrong();
    void offersWhatMayStandThere();
    void aDayIsAllOfThatDay();
    void aMomentIsAsLongAsItWasWritten_data();
    void aMomentIsAsLongAsItWasWritten();
    void findsWhatEventTypesAWildcardMeans();
};

void TestFilterParser::means_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("canonical");
    const auto row = [](const char *name, const char *text, const char *canonical) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(canonical);
    };
    row("nothing", "", "");
    row("white space", " \t\n ", "");
    row("juxtaposition is and", "colour:red size>3", "colour:red and size>3");
    row("and binds closer than or", "colour:red or size>3 open:true", "colour:red or size>3 and open:true");
    row("parentheses", "(colour:red or size>3) and open:true", "(colour:red or size>3) and open:true");
    row("parentheses that mean nothing", "((colour:red) and (size>3 and open:true))", "colour:red and size>3 and open:true");
    row("words of the language in any case", "NOT colour:red Or Not (size>3 AND open:TRUE)", "not colour:red or not (size>3 and open:true)");
    row("not binds closest", "not colour:red size>3", "not colour:red and size>3");
    row("names and values in any case", "COLOUR:Red", "colour:red");
    row("white space around operators", "size  >=  3", "size>=3");
    row("a list", "colour:(red or GREEN)", "colour:(red or green)");
    row("a list of what it is not", "colour!=(red or green)", "colour!=(red or green)");
    row("a list of one", "colour:(red)", "colour:red");
    row("equals of what has no wildcard", "colour=red ip=10.0.0.0/8", "colour:red and ip:10.0.0.0/8");
    row("equals of a text is another thing", "name=a*", "name=\"a\\*\"");
    row("a wildcard of an enumeration", "colour:*green", "colour:(green or dark_green)");
    row("no value", "time:none", "time:none");
    row("any value", "time=ANY", "time:any");
    row("not no value", "time!=none", "time:any");
    row("the value none", "colour:\"none\"", "colour:\"none\"");
    row("a word to look for", "ada", "ada");
    row("a word with a wildcard", "ada*", "ada*");
    row("words to look for", "ada lovelace", "ada and lovelace");
    row("a phrase to look for", "\"ada lovelace\"", "\"ada lovelace\"");
    row("a mail address to look for", "ada@example.org", "ada@example.org");
    row("many stars are one", "name:a***b", "name:a*b");
    row("a star that is no wildcard", "name:\"a\\*b\"", "name:\"a\\*b\"");
    row("quotes in quotes", "name:\"a\\\"b\"", "name:\"a\\\"b\"");
    row("a backslash", "name:a\\\\b", "name:\"a\\\\b\"");
    row("an empty text", "name:\"\"", "name:\"\"");
    row("a decomposed letter", "name:e\xcc\x81", "name:\"\xc3\xa9\"");
    row("an id in upper case", "id:0193A0F0-7C00-7ABC-8DEF-00000000BEEF", "id:0193a0f0-7c00-7abc-8def-00000000beef");
    row("an address of IPv6", "ip:2001:DB8:0:0::1", "ip:2001:db8::1");
    row("one that begins with a colon", "ip:::1", "ip:::1");
    row("IPv4 in IPv6", "ip:::ffff:10.0.0.1", "ip:10.0.0.1");
    row("hours ago", "time>-24h", "time>2026-11-29T12:00:00.000000Z");
    row("minutes, days, weeks and seconds ago", "time<-30m or time<-7d or time<-2W or time<-5s",
        "time<2026-11-30T11:30:00.000000Z or time<2026-11-23T12:00:00.000000Z or time<2026-11-16T12:00:00.000000Z or "
        "time<2026-11-30T11:59:55.000000Z");
    row("from now on", "time>=now time<+1d", "time>=2026-11-30T12:00:00.000000Z and time<2026-12-01T12:00:00.000000Z");
    row("a day", "time:2026-11-30", "time:2026-11-30");
    row("a moment elsewhere", "time>2026-11-30T10:00:00+02:00", "time>2026-11-30T08:00:00Z");
    row("numbers", "size:(-1 or 0 or 9223372036854775807)", "size:(-1 or 0 or 9223372036854775807)");
}

void TestFilterParser::means()
{
    QFETCH(QString, text);
    QFETCH(QString, canonical);

    const FilterParsed parsed = parseFilter(text, sampleFields, sampleNow);

    QVERIFY2(parsed.ok(), parsed.ok() ? "" : qPrintable(parsed.error().message));
    QCOMPARE(filterText(parsed.expression(), sampleFields), canonical);
}

void TestFilterParser::pointsAtWhatIsWrong_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("position");
    QTest::addColumn<int>("length");
    QTest::addColumn<QString>("message");
    const auto row = [](const char *text, int position, int length, const char *message) {
        QTest::newRow(text) << QString::fromUtf8(text) << position << length << QString::fromUtf8(message);
    };
    row("colour:red and sise>3", 15, 4, "unknown field 'sise': did you mean 'size'?");
    row("cuolor:red", 0, 6, "unknown field 'cuolor': did you mean 'colour'?");
    row("2001:db8::1", 0, 4, "unknown field '2001': a text with ':' in it stands in quotes");
    row("colour:rde", 7, 3, "unknown value 'rde' of 'colour': did you mean 'red'?");
    row("colour:purple", 7, 6, "unknown value 'purple' of 'colour': it takes red, green, dark_green, none");
    row("name<a", 4, 1, "'name' is a text, which takes : = !=");
    row("open>=true", 4, 2, "'open' is true or false, which takes : = !=");
    row("size:", 5, 0, "a value of 'size' is missing, which is a number");
    row("size: and open:true", 6, 3, "a value of 'size' is missing, which is a number");
    row("size:)", 5, 1, "a value of 'size' is missing, which is a number");
    row("size>=>3", 6, 1, "a second operator; a text that begins with one stands in quotes");
    row("size:three", 5, 5, "not a whole number");
    row("size:9223372036854775808", 5, 19, "the number is too large");
    row("id:42", 3, 2, "not an id: 36 characters such as 0193a0f0-7c00-7abc-8def-00000000beef");
    row("ip:10.1", 3, 4, "not an address: write 192.0.2.7, 10.1.0.0/16 or 2001:db8::/32");
    row("ip:10.1.2.3/16", 3, 11, "bits are set behind the prefix: the network is 10.1.0.0/16");
    row("ip:10.0.0.0/33", 3, 11, "the number behind the slash must be from 0 to 32");
    row("time>yesterday", 5, 9, "not a time: write 2026-11-30, 2026-11-30T10:00:00Z, now, or a time from now such as -24h (s, m, h, d, w)");
    row("time>2026-02-30", 5, 10, "not a time: write 2026-11-30, 2026-11-30T10:00:00Z, now, or a time from now such as -24h (s, m, h, d, w)");
    row("time>-999999999w", 5, 11, "the time is not between the years 1 and 9999");
    row("time>-99999999999999999999w", 5, 22, "the time is not between the years 1 and 9999");
    row("time:-24h", 5, 4, "a time from now is one moment: say whether before (<) or after it (>)");
    row("open:maybe", 5, 5, "neither true nor false");
    row("size>none", 5, 4, "'none' stands after ':' only; as a text it stands in quotes");
    row("colour:(red or any)", 15, 3, "'any' cannot stand in a list: write colour:any, or put it in quotes");
    row("size>(1 or 2)", 5, 1, "'>' takes one value, not a list");
    row("colour:(red green)", 12, 5, "the values of a list are joined by 'or', and ')' ends it");
    row("colour:(red", 11, 0, "the values of a list are joined by 'or', and ')' ends it");
    row("colour:()", 8, 1, "a value of 'colour' is missing, which is one of a few words");
    row("and open:true", 0, 3, "something is missing before 'and'");
    row("open:true or", 12, 0, "something is missing at the end");
    row("open:true not", 13, 0, "something is missing at the end");
    row("open:true and or open:false", 14, 2, "something is missing before 'or'");
    row("(open:true", 10, 0, "a parenthesis is not closed");
    row("open:true)", 9, 1, "a parenthesis is closed that was not opened");
    row("()", 1, 1, "something is missing before the parenthesis");
    row(":true", 0, 1, "the name of a field is missing before ':'");
    row("\"open\":true", 0, 6, "the name of a field stands without quotes");
    row("name:\"ada", 5, 4, "the quotes are not closed");
    row("name:a\"b\"", 6, 1, "a quote inside of a word: put all of the text in quotes, or write \\\"");
    row("name:\"a\"b", 8, 1, "a space is missing after the quotes");
    row("name:a\\", 6, 1, "nothing stands after the backslash");
    row("\"\"", 0, 2, "there is nothing to look for in empty quotes");
}

void TestFilterParser::pointsAtWhatIsWrong()
{
    QFETCH(QString, text);
    QFETCH(int, position);
    QFETCH(int, length);
    QFETCH(QString, message);

    const FilterParsed parsed = parseFilter(text, sampleFields, sampleNow);

    QVERIFY(!parsed.ok());
    QCOMPARE(parsed.error().message, message);
    QCOMPARE(parsed.error().position, qsizetype(position));
    QCOMPARE(parsed.error().length, qsizetype(length));
}

void TestFilterParser::offersWhatMayStandThere()
{
    const auto expected = [](const char *text) { return parseFilter(QString::fromLatin1(text), sampleFields, sampleNow).error().expected; };

    QCOMPARE(expected("sise>3"), QStringList{QStringLiteral("size")});
    QCOMPARE(expected("open:"), (QStringList{QStringLiteral("true"), QStringLiteral("false")}));
    QCOMPARE(expected("colour:purple").size(), 4);
    QCOMPARE(expected("name<a"), (QStringList{QStringLiteral(":"), QStringLiteral("="), QStringLiteral("!=")}));
    QCOMPARE(expected("(open:true"), QStringList{QStringLiteral(")")});
    QCOMPARE(expected("ip:10.1.2.3/16"), QStringList{QStringLiteral("10.1.0.0/16")});
}

void TestFilterParser::aDayIsAllOfThatDay()
{
    const FilterParsed parsed = parseFilter(u"time:2026-11-30", sampleFields, sampleNow);

    QVERIFY(parsed.ok());
    const auto day = std::get<FilterTime>(parsed.expression().comparison.values.front());
    QVERIFY(day.from == *fromRfc3339("2026-11-30T00:00:00Z"));
    QVERIFY(day.until == *fromRfc3339("2026-12-01T00:00:00Z"));
}

void TestFilterParser::aMomentIsAsLongAsItWasWritten_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("microseconds");
    QTest::newRow("seconds") << QStringLiteral("2026-11-30T10:00:00Z") << 1'000'000;
    QTest::newRow("tenths") << QStringLiteral("2026-11-30T10:00:00.1Z") << 100'000;
    QTest::newRow("milliseconds, as answers show them") << QStringLiteral("2026-11-30T10:00:00.123Z") << 1'000;
    QTest::newRow("microseconds") << QStringLiteral("2026-11-30T10:00:00.123456+01:00") << 1;
    QTest::newRow("now") << QStringLiteral("now") << 1;
    QTest::newRow("from now") << QStringLiteral("-1h") << 1;
}

void TestFilterParser::aMomentIsAsLongAsItWasWritten()
{
    QFETCH(QString, text);
    QFETCH(int, microseconds);

    const auto parsed = FilterTime::parse(text, sampleNow);

    QCOMPARE(parsed.fault, FilterTime::Fault::None);
    QCOMPARE((parsed.time.until - parsed.time.from).count(), microseconds);
    const auto again = FilterTime::parse(parsed.time.text(), sampleNow);
    QVERIFY(again.time == parsed.time);
}

void TestFilterParser::findsWhatEventTypesAWildcardMeans()
{
    static constexpr std::array types{QLatin1String("UserLoggedIn"), QLatin1String("UserLoginFailed"), QLatin1String("MfaReset")};
    const auto fields = withValues(eventFilterFields, QLatin1String("type"), types);

    const FilterParsed all = parseFilter(u"type:userlog*", fields, sampleNow);
    const FilterParsed wrong = parseFilter(u"type:UserLoginFialed", fields, sampleNow);

    QVERIFY(all.ok());
    QCOMPARE(filterText(all.expression(), fields), QStringLiteral("type:(UserLoggedIn or UserLoginFailed)"));
    QVERIFY(!wrong.ok());
    QCOMPARE(wrong.error().message, QStringLiteral("unknown value 'UserLoginFialed' of 'type': did you mean 'UserLoginFailed'?"));
}

AEGIS_TEST(TestFilterParser)
#include "TestFilterParser.moc"
