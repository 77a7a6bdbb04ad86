#include "server/db/PlainFile.h"

#include <QtCore/QFile>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace aegis {

QByteArray readPlainFile(const QString &path, qint64 from)
{
    constexpr qint64 most = 65'536;
    const int descriptor = open(QFile::encodeName(path).constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat entry {};
    QByteArray text;
    if (descriptor >= 0 && fstat(descriptor, &entry) == 0 && S_ISREG(entry.st_mode)) {
        const qint64 begin = std::max(entry.st_size < from ? 0 : from, entry.st_size - most); // it may have been begun anew
        text.resize(entry.st_size - begin);
        text.resize(std::max<ssize_t>(0, pread(descriptor, text.data(), static_cast<std::size_t>(text.size()), begin)));
    }
    if (descriptor >= 0)
        close(descriptor);
    return text;
}

} // namespace aegis
