#pragma once

#include <QtCore/QString>

#include <vector>

namespace aegis::bench {

/// What was measured, against what was wanted: a table, in Markdown, that is printed row by row.
class Report {
public:
    enum class Want { AtLeast, AtMost };

    Report();

    /// One figure; the row shows the median of the rounds, and between which values they lay. `detail` tells what the figure
    /// is made of.
    void add(const QString &what, std::vector<double> rounds, Want want, double target, const QString &unit, const QString &detail);

    bool allPassed() const { return m_missed == 0; }

private:
    int m_missed = 0;
};

double median(std::vector<double> values);

} // namespace aegis::bench
