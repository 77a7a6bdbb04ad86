#include "server/config/RotationLock.h"

#include <QtCore/QFile>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace aegis {

Result<RotationLock> RotationLock::take(const QString &dataDir)
{
    // A file, which NFS locks too; a directory it does not.
    const QString path = dataDir + QStringLiteral("/secrets/rotation.lock");
    RotationLock lock(::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (lock.m_descriptor < 0 && errno == ENOENT)
        return Problem(ProblemCode::Internal, QStringLiteral("there is no encryption key here yet: start a server on this data directory first"));
    if (lock.m_descriptor < 0)
        return Problem(ProblemCode::Internal, QStringLiteral("%1 cannot be opened: %2").arg(path, qt_error_string(errno)));
    if (::flock(lock.m_descriptor, LOCK_EX | LOCK_NB) == 0)
        return lock;
    if (errno == EWOULDBLOCK)
        return Problem(ProblemCode::Conflict,
                       QStringLiteral("another rotation of the encryption key is under way on this data directory; nothing was done"));
    return Problem(ProblemCode::Internal, QStringLiteral("%1 cannot be locked: %2").arg(path, qt_error_string(errno)));
}

RotationLock::~RotationLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

} // namespace aegis
