#pragma once

#include "server/db/ConnectionString.h"
#include "shared/result/Result.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <vector>

namespace aegis {

/// One numbered file, `NNNN_name.sql`. Once released it is never edited.
struct Migration {
    int version = 0;
    QString name;      ///< without number and ending
    QByteArray script; ///< what it does
    QByteArray sha256; ///< of the script, 32 bytes

    /// All of a directory (`:/migrations` is one too), by number from 1 without a gap; else a problem that names the file.
    static Result<std::vector<Migration>> readAll(const QString &directory);
};

/// Brings a database to the program's schema: roles, then the migrations that are missing, each in a transaction of its
/// own, under an advisory lock, so that any number of servers may start at once.
///
/// Every file runs as `aegis_owner` with `search_path = aegis, pg_temp`. To make a function that looks across tenants it says
/// `SET LOCAL ROLE aegis_definer` (or `ALTER FUNCTION ... OWNER TO aegis_definer`) and afterwards `SET LOCAL ROLE aegis_owner`.
/// Serving roles are members of `aegis_app`, the embedded cluster's is `aegis_app` itself.
class Migrator {
public:
    struct Options {
        ConnectionString administrator; ///< may create the roles (or they exist already), and owns or may create the schema
        QString directory = QStringLiteral(":/migrations");
        QByteArray servingRole; ///< made a member of aegis_app; empty: aegis_app itself serves
    };

    explicit Migrator(Options options) : m_options(std::move(options)) {}

    /// Returns the number of migrations that were carried out. The problem's detail is a sentence for the operator.
    Result<int> migrate();

private:
    Options m_options;
};

} // namespace aegis
