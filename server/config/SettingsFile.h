#pragma once

#include "shared/result/Result.h"

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include <vector>

namespace aegis {

/// A file of settings: a line is `KEY=VALUE`, empty, or a comment that begins with `#`. Spaces around key and value do not
/// count. A value may stand in 'single' quotes (as it is) or "double" quotes (with \" \\ \n \t); without quotes it ends
/// at ` #`. `export ` before the key is passed over, so that a file for a shell works too.
struct SettingsFile {
    struct Entry {
        QByteArray name;
        QByteArray value;
        int line = 0; ///< counted from 1
    };
    std::vector<Entry> entries; ///< in the order of the file
    bool isReadableByOthers = false;

    /// Reads the file. The problem has a field error for each line that cannot be read, without what stands in it.
    static Result<SettingsFile> read(const QString &path);
    /// The same from bytes; `path` is only for the messages.
    static Result<SettingsFile> parse(const QByteArray &bytes, const QString &path);
};

} // namespace aegis
