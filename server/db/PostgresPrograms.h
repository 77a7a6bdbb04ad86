#pragma once

#include "shared/result/Result.h"

#include <QtCore/QString>

namespace aegis {

/// The programs of one installed PostgreSQL server.
struct PostgresPrograms {
    QString directory; ///< holds `postgres` and `initdb`
    int major = 0;     ///< e.g. 15

    /// The oldest that is good enough.
    static constexpr int oldest = 15;

    /// Looks in the directory that is given, else where Debian and Red Hat put them and in PATH. `major` 0: the newest,
    /// else exactly that one, because a cluster only runs under the version that made it.
    static Result<PostgresPrograms> find(const QString &given, int major);
};

} // namespace aegis
