#pragma once

#include "shared/result/Result.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <vector>

namespace aegis {

class Connection;
struct SqlError;

/// One numbered file, `NNNN_name.sql`. Once released it is never edited.
struct Migration {
    int version = 0;
    QString name;      ///< without number and ending
    QByteArray script; ///< what it does
    QByteArray sha256; ///< of the script, 32 bytes

    QString fileName() const;

    /// All of a directory (`:/migrations` is one too), by number from 1 without a gap; else a problem that names the file.
    static Result<std::vector<Migration>> readAll(const QString &directory);
};

/// How many of the program's migrations (from the first on) the database has. A migration that was changed after it had
/// been carried out, and one that this program does not know, are refused with a sentence for the operator.
Result<int> migrationsDone(Connection &connection, const std::vector<Migration> &known);

/// A refusal at the start: a sentence for the operator, with what the server said.
Problem startProblem(const QString &sentence, const SqlError &error);

} // namespace aegis
