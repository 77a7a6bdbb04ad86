#include "shared/query/NearestName.h"

#include <algorithm>
#include <vector>

namespace aegis {
namespace {

/// Longer words are no typing errors of a field's name.
constexpr qsizetype longest = 40;

/// The optimal string alignment distance (Damerau and Levenshtein, without edits of what was swapped).
qsizetype distance(const QString &a, const QString &b)
{
    const auto width = static_cast<std::size_t>(b.size()) + 1;
    std::vector<qsizetype> beforeLast(width), previous(width), current(width);
    for (std::size_t j = 0; j < width; ++j)
        previous[j] = static_cast<qsizetype>(j);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (qsizetype j = 1; j <= b.size(); ++j) {
            const auto at = static_cast<std::size_t>(j);
            const qsizetype other = previous[at - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[at] = std::min({other, previous[at] + 1, current[at - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                current[at] = std::min(current[at], beforeLast[at - 2] + 1);
        }
        std::swap(beforeLast, previous);
        std::swap(previous, current);
    }
    return previous.back();
}

} // namespace

QString nearestName(QStringView word, const QStringList &names)
{
    if (word.isEmpty() || word.size() > longest)
        return {};
    const QString typed = word.toString().toLower();
    QString nearest;
    qsizetype fewest = std::max<qsizetype>(1, typed.size() / 3) + 1;
    for (const QString &name : names) {
        const QString candidate = name.toLower();
        // A beginning that was not finished counts as one error.
        const qsizetype errors = typed.size() >= 3 && candidate.startsWith(typed) ? 1 : distance(typed, candidate.left(longest));
        if (errors < fewest) {
            fewest = errors;
            nearest = name;
        }
    }
    return nearest;
}

} // namespace aegis
