#pragma once

#include "server/db/ConnectionString.h"
#include "server/db/Migration.h"
#include "shared/result/Result.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

namespace aegis {

/// Brings a database to the program's schema, when it is one that can be served (checkBeforeMigration): roles, then the migrations that are missing, each in a transaction of its
/// own, under an advisory lock, so that any number of servers may start at once.
///
/// Every file runs as `aegis_owner` with `search_path = aegis, pg_temp`. To make a function that looks across tenants it says
/// `SET LOCAL ROLE aegis_definer` (or `ALTER FUNCTION ... OWNER TO aegis_definer`) and afterwards `SET LOCAL ROLE aegis_owner`;
/// that role may create in the schema for as long as a file runs, and not after.
/// Serving roles are members of `aegis_app`, the embedded cluster's is `aegis_app` itself.
class Migrator {
public:
    struct Options {
        ConnectionString administrator; ///< may create the roles (or they exist already), and owns or may create the schema
        QString directory = QStringLiteral(":/migrations");
        QByteArray servingRole = {}; ///< made a member of aegis_app; empty: aegis_app itself serves
    };

    explicit Migrator(Options options) : m_options(std::move(options)) {}

    /// Returns the number of migrations that were carried out. The problem's detail is a sentence for the operator. It blocks.
    Result<int> migrate();

private:
    Result<void> makeRoles(Connection &connection) const;
    /// One step under the lock; false when there was nothing left to do.
    Result<bool> migrateOne(Connection &connection, const std::vector<Migration> &migrations) const;
    Result<void> apply(Connection &connection, const Migration &migration) const;

    Options m_options;
};

} // namespace aegis
