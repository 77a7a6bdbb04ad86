#pragma once

#include <QtCore/QString>

namespace aegis {

/// Whether the password is one of the most common ones, without regard to case (`resources/blocklist.txt`, compiled in).
bool isBlocklisted(QStringView password);

/// How many there are.
qsizetype blocklistSize();

} // namespace aegis
