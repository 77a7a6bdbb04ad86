#pragma once

#include <QtCore/QString>

#include <vector>

namespace aegis::test {

/// One of the project's own source files.
struct Source {
    QString path; ///< from the project's root
    QString text;
};

/// All headers and sources of shared, server, gui and tests. A file that cannot be read ends the program.
std::vector<Source> sources();

} // namespace aegis::test
