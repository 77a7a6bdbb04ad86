#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QString>

namespace aegis {

/// Random secrets that are made at the first start and kept in `DIRECTORY/secrets/NAME`: the directory 0700, the files
/// 0600. Several processes and threads may ask for the same one at once; all get the same bytes.
class SecretStore {
public:
    /// `dataDir` is made when it is missing.
    explicit SecretStore(const QString &dataDir);

    /// The secret of that name, made of `bytes` random bytes when there is none yet; it is on disk for good before it is
    /// returned. A problem says when the file is readable by others, belongs to somebody else, is no plain file, has
    /// another length, or the directory cannot be written.
    Result<Secret> readOrMake(const QString &name, qsizetype bytes) const;

    /// Whether there is something of that name; nothing is made.
    bool has(const QString &name) const;
    /// Where the secret of that name is kept.
    QString pathOf(const QString &name) const { return m_directory + QLatin1Char('/') + name; }

private:
    Result<void> prepareDirectory() const;

    QString m_dataDir;
    QString m_directory;
};

} // namespace aegis
