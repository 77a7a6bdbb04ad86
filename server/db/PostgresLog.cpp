#include "server/db/PostgresLog.h"

#include "server/db/FilesAs.h"
#include "server/db/PlainFile.h"

#include <QtCore/QFile>

#include <sys/stat.h>
#include <unistd.h>

namespace aegis {

void PostgresLog::bound() const
{
    const FilesAs account(m_account);
    struct stat entry {};
    const QByteArray path = QFile::encodeName(m_path);
    if (lstat(path.constData(), &entry) != 0 || !S_ISREG(entry.st_mode) || entry.st_size < mostBytes)
        return;
    // The server keeps its file open, and appends: what was copied can be cut off under it.
    const QString old = m_path + QStringLiteral(".1");
    QFile::remove(old);
    if (QFile::copy(m_path, old) && truncate(path.constData(), 0) != 0)
        QFile::remove(old);
}

void PostgresLog::mark()
{
    const FilesAs account(m_account);
    struct stat entry {};
    m_begin = lstat(QFile::encodeName(m_path).constData(), &entry) == 0 ? entry.st_size : 0;
}

QString PostgresLog::lastWords() const
{
    const FilesAs account(m_account);
    QByteArray said;
    for (const QByteArray &line : readPlainFile(m_path, m_begin).split('\n')) {
        qsizetype begin = -1;
        for (const char *grave : {"FATAL:", "PANIC:", "error:"})
            begin = std::max(begin, line.indexOf(grave));
        if (begin >= 0)
            said = line.mid(begin).simplified().left(300);
    }
    if (said.isEmpty())
        return QStringLiteral("see %1").arg(m_path);
    return QStringLiteral("%1 (see %2)").arg(QString::fromUtf8(said), m_path);
}

} // namespace aegis
