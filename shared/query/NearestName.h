#pragma once

#include <QtCore/QString>
#include <QtCore/QStringList>

namespace aegis {

/// The name that somebody who typed `word` most likely meant: the one with the fewest typing errors (a letter more, less, other or
/// swapped with the next), regardless of case. Empty when none is near: more than a third of the letters would be wrong.
QString nearestName(QStringView word, const QStringList &names);

} // namespace aegis
