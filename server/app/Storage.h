#pragma once

#include "server/config/Settings.h"
#include "server/db/Connection.h"
#include "server/db/ConnectionString.h"
#include "server/db/EmbeddedPostgres.h"
#include "server/db/DatabaseSessionSettings.h"

#include <memory>

namespace aegis {

/// The database that a server works on, ready: the one of DATABASE_URL, or a private cluster in the data directory.
struct Storage {
    std::unique_ptr<EmbeddedPostgres> cluster; ///< null with DATABASE_URL
    ConnectionString serving;                  ///< as the role that row-level security holds
    DatabaseSessionSettings session;           ///< of every connection that serves
    int migrations = 0;                        ///< that this program knows
    std::unique_ptr<Connection> checked;       ///< the connection, as `serving`, that was looked at: for what the start asks next

    struct Options {
        bool durable = true; ///< false only for tests: see EmbeddedPostgres
        bool migrate = true; ///< false: only look whether all is there
    };
    /// Looks at the data directory, starts the cluster if it is ours, migrates, and checks that it is safe to serve. The problem's detail is a sentence for
    /// the operator. Blocks.
    static Result<Storage> open(const Settings &settings, Options options);
    /// For work beside a server: the database of one that runs on this data directory, or what open() opens. One that is not there yet is
    /// not made. Blocks.
    static Result<Storage> join(const Settings &settings);
};

} // namespace aegis
