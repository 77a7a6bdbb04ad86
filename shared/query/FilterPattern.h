#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>

namespace aegis {

/// A text with wildcards: the pieces between the stars. `ab*c` is {ab, c}, `*c` is {"", c}, and one piece alone is a text
/// without a wildcard. No two stars stand together.
struct FilterPattern {
    QStringList pieces;

    bool hasWildcard() const { return pieces.size() > 1; }
    /// With `*` for each wildcard.
    QString text() const { return pieces.join(u'*'); }

    friend bool operator==(const FilterPattern &, const FilterPattern &) = default;
};

} // namespace aegis
