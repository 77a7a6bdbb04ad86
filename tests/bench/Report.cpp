#include "tests/bench/Report.h"

#include <algorithm>
#include <cstdio>

namespace aegis::bench {
namespace {

QString number(double value)
{
    return QString::number(value, 'f', value < 10 ? 2 : value < 100 ? 1 : 0);
}

void print(const QString &line)
{
    std::printf("%s\n", line.toUtf8().constData());
    std::fflush(stdout);
}

} // namespace

Report::Report()
{
    print(QStringLiteral("| | measured | rounds | target | | made of |"));
    print(QStringLiteral("|---|---|---|---|---|---|"));
}

void Report::add(const QString &what, std::vector<double> rounds, Want want, double target, const QString &unit, const QString &detail)
{
    const double value = median(rounds);
    const auto [least, most] = std::minmax_element(rounds.begin(), rounds.end());
    const bool passed = want == Want::AtLeast ? value >= target : value <= target;
    m_missed += passed ? 0 : 1;
    print(QStringLiteral("| %1 | %2%3 | %4 to %5 | %6 %7%3 | %8 | %9 |")
              .arg(what, number(value), unit, number(*least), number(*most),
                   want == Want::AtLeast ? QStringLiteral("at least") : QStringLiteral("at most"), number(target),
                   passed ? QStringLiteral("PASS") : QStringLiteral("miss"), detail));
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

} // namespace aegis::bench
