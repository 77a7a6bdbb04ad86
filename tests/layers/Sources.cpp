#include "tests/layers/Sources.h"

#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QFile>

namespace aegis::test {

std::vector<Source> sources()
{
    const QDir root(QDir::cleanPath(QStringLiteral(AEGIS_SOURCE_DIR)));
    std::vector<Source> all;
    for (const QString &room : {QStringLiteral("shared"), QStringLiteral("server"), QStringLiteral("gui"), QStringLiteral("tests")}) {
        QDirIterator files(root.filePath(room), {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            if (!file.open(QIODevice::ReadOnly))
                qFatal("%s cannot be read", qPrintable(file.fileName()));
            all.push_back({root.relativeFilePath(file.fileName()), QString::fromUtf8(file.readAll())});
        }
    }
    return all;
}

} // namespace aegis::test
