#pragma once

#include <QtCore/QString>

namespace aegis {

/// What `version` shows: the version of Aegis and of the libraries that it runs with, a line each.
QString versions();

} // namespace aegis
