#include "server/jobs/CronExpression.h"
#include "tests/support/TestMain.h"

#include <QtCore/QStringList>

#include <array>
#include <random>

using namespace aegis;
using namespace std::chrono_literals;

class TestCronExpression : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsTheNextTime_data();
    void findsTheNextTime();
    void neverComes_data();
    void neverComes();
    void namesWhatIsWrong_data();
    void namesWhatIsWrong();
    void keepsWhatWasWritten();
    void theNextTimeIsTheFirstMinuteThatFits();
};

namespace {

Instant at(QByteArrayView text)
{
    return fromRfc3339(text).value();
}

/// Seconds are not given: `2026-03-01T10:15`.
QByteArray minuteText(std::optional<Instant> moment)
{
    return moment ? toRfc3339(*moment).left(16) : QByteArray("never");
}

} // namespace

void TestCronExpression::findsTheNextTime_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<QByteArray>("next");
    const auto row = [](const char *name, const char *text, const char *after, const char *next) {
        QTest::newRow(name) << QString::fromLatin1(text) << QByteArray(after) << QByteArray(next);
    };
    row("every minute is the next one", "* * * * *", "2026-03-01T10:15:00Z", "2026-03-01T10:16");
    row("the minute that has begun is over", "* * * * *", "2026-03-01T10:15:59.999999Z", "2026-03-01T10:16");
    row("the minute itself is not after itself", "15 10 * * *", "2026-03-01T10:15:00Z", "2026-03-02T10:15");
    row("hourly", "@hourly", "2026-03-01T10:15:00Z", "2026-03-01T11:00");
    row("daily", "@daily", "2026-03-01T10:15:00Z", "2026-03-02T00:00");
    row("weekly is Sunday", "@weekly", "2026-03-01T10:15:00Z", "2026-03-08T00:00"); // the first is one
    row("monthly", "@MONTHLY", "2026-12-01T00:00:00Z", "2027-01-01T00:00");
    row("steps", "*/15 * * * *", "2026-03-01T10:46:00Z", "2026-03-01T11:00");
    row("steps of a range", "10-40/15 * * * *", "2026-03-01T10:26:00Z", "2026-03-01T10:40");
    row("steps of a range begin with it", "10-40/15 * * * *", "2026-03-01T10:41:00Z", "2026-03-01T11:10");
    row("a list", "0 6,18 * * *", "2026-03-01T06:00:00Z", "2026-03-01T18:00");
    row("a list of all forms", "5,20-21,40-50/10 * * * *", "2026-03-01T10:21:00Z", "2026-03-01T10:40");
    row("names of months", "0 0 1 jan,JUL *", "2026-03-01T00:00:00Z", "2026-07-01T00:00");
    row("a range of names", "0 9 * * Mon-Fri", "2026-03-06T09:00:00Z", "2026-03-09T09:00"); // a Friday
    row("7 is Sunday", "0 9 * * 7", "2026-03-02T09:00:00Z", "2026-03-08T09:00");
    row("0 is Sunday", "0 9 * * 0", "2026-03-02T09:00:00Z", "2026-03-08T09:00");
    row("Sunday ends the week", "0 9 * * sat-sun", "2026-03-07T09:00:00Z", "2026-03-08T09:00");
    row("either kind of day, when both are restricted", "0 0 13 * fri", "2026-03-01T00:00:00Z", "2026-03-06T00:00");
    row("either kind of day: the other one", "0 0 10 * fri", "2026-03-06T00:00:00Z", "2026-03-10T00:00");
    row("only one is restricted: the day of the week", "0 0 * * fri", "2026-03-06T00:00:00Z", "2026-03-13T00:00");
    row("only one is restricted: the day of the month", "0 0 13 * *", "2026-03-01T00:00:00Z", "2026-03-13T00:00");
    row("a step of * does not restrict: both must fit", "0 0 */2 * fri", "2026-03-01T00:00:00Z", "2026-03-13T00:00");
    row("the 31st leaves months out", "0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00");
    row("a leap day", "0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00");
    row("the next leap day", "0 0 29 2 *", "2028-02-29T00:00:00Z", "2032-02-29T00:00");
    row("the year's end", "59 23 31 12 *", "2026-12-31T23:59:00Z", "2027-12-31T23:59");
    row("spaces do not matter", "  0\t12  * * *  ", "2026-03-01T10:15:00Z", "2026-03-01T12:00");
    row("before 1970", "0 0 1 * *", "1969-12-15T00:00:00Z", "1970-01-01T00:00");
}

void TestCronExpression::findsTheNextTime()
{
    QFETCH(const QString, text);
    QFETCH(const QByteArray, after);
    QFETCH(const QByteArray, next);

    const auto cron = CronExpression::parse(text);

    QVERIFY_RESULT(cron);
    QCOMPARE(minuteText(cron->next(at(after))), next);
    QVERIFY(cron->matches(*cron->next(at(after))));
}

void TestCronExpression::neverComes_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("the 30th of February") << QStringLiteral("0 0 30 2 *");
    QTest::newRow("the 31st of short months") << QStringLiteral("0 0 31 2,4,6,9,11 *");
}

void TestCronExpression::neverComes()
{
    QFETCH(const QString, text);

    const auto cron = CronExpression::parse(text);

    QVERIFY_RESULT(cron);
    QCOMPARE(minuteText(cron->next(at("2026-03-01T00:00:00Z"))), QByteArray("never"));
    // A leap day that is left out is eight years away.
    QCOMPARE(minuteText(CronExpression::parse(QStringLiteral("0 0 29 2 *"))->next(at("2096-03-01T00:00:00Z"))), QByteArray("never"));
}

void TestCronExpression::namesWhatIsWrong_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, const char *text, const char *says) {
        QTest::newRow(name) << QString::fromLatin1(text) << QString::fromLatin1(says);
    };
    row("nothing", "", "it has 0 fields");
    row("four fields", "* * * *", "it has 4 fields");
    row("six fields", "0 * * * * *", "it has 6 fields");
    row("a minute that there is not", "60 * * * *", "minute: 60 is not from 0 to 59");
    row("an hour that there is not", "* 24 * * *", "hour: 24 is not from 0 to 23");
    row("no day is 0", "* * 0 * *", "day of the month: 0 is not from 1 to 31");
    row("no month is 13", "* * * 13 *", "month: 13 is not from 1 to 12");
    row("no day of the week is 8", "* * * * 8", "day of the week: 8 is not from 0 to 7");
    row("a name in the wrong field", "* * * mon *", "month: 'mon' is no value of it");
    row("a name of the hour", "* noon * * *", "hour: 'noon' is no value of it");
    row("a range that goes back", "30-10 * * * *", "minute: the range 30-10 ends before it begins");
    row("a range without an end", "5- * * * *", "minute: a value is missing");
    row("a sign", "-5 * * * *", "minute: a value is missing");
    row("a list with a hole", "1,,2 * * * *", "minute: a value is missing");
    row("a list that ends with a comma", "* * * * mon,", "day of the week: a value is missing");
    row("a step of nothing", "*/ * * * *", "minute: a step is from 1 to 59");
    row("a step of 0", "*/0 * * * *", "minute: a step is from 1 to 59");
    row("a step back", "*/-5 * * * *", "minute: a step is from 1 to 59");
    row("two steps", "*/5/5 * * * *", "minute: a step is from 1 to 59");
    row("a step of one number", "5/15 * * * *", "minute: a step needs a range");
    row("a number beyond all bounds", "99999999999999999999 * * * *", "minute: '99999999999999999999' is no value of it");
    row("digits of another script", "\xd9\xa1 * * * *", "minute: ");
    row("a nickname that there is not", "@reboot", "it begins with @");
    row("a nickname with more", "@daily 5", "it begins with @");
    row("SQL", "'; drop table job; --", "minute: '';' is no value of it");
    QTest::newRow("far too long") << QString(201, u'*') << QStringLiteral("it is longer than 200 characters");
}

void TestCronExpression::namesWhatIsWrong()
{
    QFETCH(const QString, text);
    QFETCH(const QString, says);

    const auto cron = CronExpression::parse(text);

    QVERIFY(!cron);
    QCOMPARE(cron.problem().code, ProblemCode::ValidationFailed);
    QVERIFY2(cron.problem().detail.startsWith(says), qPrintable(cron.problem().detail));
}

void TestCronExpression::keepsWhatWasWritten()
{
    QCOMPARE(CronExpression::parse(QStringLiteral(" 0   6 * *  MON "))->text(), QStringLiteral("0 6 * * MON"));
    QCOMPARE(CronExpression::parse(QStringLiteral("@daily"))->text(), QStringLiteral("@daily"));
}

namespace {

/// What one field of an expression means, worked out in another way than the class does: by trying every value on every element.
class Field {
public:
    Field(std::mt19937 &random, int least, int most) : m_least(least), m_most(most)
    {
        const auto between = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
        QStringList elements;
        for (int i = between(0, 9) < 7 ? 1 : 3; i > 0; --i) {
            const int kind = between(0, 5), first = between(least, most), last = between(first, most), step = between(1, most);
            if (kind < 2)
                elements.append(QStringLiteral("*"));
            else if (kind == 2)
                elements.append(QStringLiteral("*/%1").arg(step));
            else if (kind == 3)
                elements.append(QStringLiteral("%1-%2/%3").arg(first).arg(last).arg(step));
            else if (kind == 4)
                elements.append(QStringLiteral("%1-%2").arg(first).arg(last));
            else
                elements.append(QString::number(first));
        }
        m_text = elements.join(u',');
        for (int value = least; value <= most; ++value)
            m_values[static_cast<std::size_t>(value)] = means(value);
    }

    const QString &text() const { return m_text; }
    bool isAny() const { return m_text.startsWith(u'*'); }
    bool has(int value) const { return m_values[static_cast<std::size_t>(value)]; }

private:
    bool means(int value) const
    {
        for (const QString &element : m_text.split(u',')) {
            const QStringList parts = element.split(u'/');
            const QStringList ends = parts[0].split(u'-');
            const int step = parts.size() > 1 ? parts[1].toInt() : 1;
            const int first = parts[0] == QLatin1String("*") ? m_least : ends.front().toInt();
            const int last = parts[0] == QLatin1String("*") ? m_most : ends.back().toInt();
            if (value >= first && value <= last && (value - first) % step == 0)
                return true;
        }
        return false;
    }

    int m_least, m_most;
    QString m_text;
    std::array<bool, 60> m_values{};
};

} // namespace

void TestCronExpression::theNextTimeIsTheFirstMinuteThatFits()
{
    std::mt19937 random(20261130); // the same each time
    int found = 0;
    for (int i = 0; i < 400; ++i) {
        const Field minute(random, 0, 59), hour(random, 0, 23), day(random, 1, 31), month(random, 1, 12), weekday(random, 0, 7);
        const QString text = QStringList{minute.text(), hour.text(), day.text(), month.text(), weekday.text()}.join(u' ');
        const auto cron = CronExpression::parse(text);
        QVERIFY2(cron.ok(), qPrintable(text));
        const Instant after = at("2027-11-20T00:00:00Z") + std::chrono::seconds(std::uniform_int_distribution<int>(0, 366 * 86400)(random));

        const std::optional<Instant> next = cron->next(after);

        std::optional<Instant> first; // within 40 days
        for (auto at = std::chrono::floor<std::chrono::minutes>(after) + 1min; at < after + 24h * 40; at += 1min) {
            const auto date = std::chrono::floor<std::chrono::days>(at);
            const std::chrono::year_month_day ymd(date);
            const auto ofDay = static_cast<int>((at - date).count());
            if (!minute.has(ofDay % 60) || !hour.has(ofDay / 60) || !month.has(static_cast<int>(unsigned(ymd.month()))))
                continue;
            const int ofWeek = static_cast<int>(std::chrono::weekday(date).c_encoding());
            const bool isDay = day.has(static_cast<int>(unsigned(ymd.day())));
            const bool isWeekday = weekday.has(ofWeek) || (ofWeek == 0 && weekday.has(7));
            if (day.isAny() || weekday.isAny() ? isDay && isWeekday : isDay || isWeekday) {
                first = at;
                break;
            }
        }
        if (first) {
            ++found;
            QVERIFY2(next == first, qPrintable(text + QStringLiteral(" after ") + QString::fromLatin1(toRfc3339(after))));
        } else {
            QVERIFY2(!next || *next >= after + 24h * 40 - 1min, qPrintable(text));
        }
    }
    QVERIFY2(found > 100, QByteArray::number(found).constData());
}

AEGIS_TEST(TestCronExpression)
#include "TestCronExpression.moc"
