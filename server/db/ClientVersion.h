#pragma once

#include <QtCore/QString>

namespace aegis {

/// The version of libpq that this process runs with, e.g. `15.20`. Any thread.
QString postgresClientVersion();

} // namespace aegis
