#include "server/config/SecretStore.h"

#include <QtCore/QFile>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace aegis {
namespace {

/// A descriptor that closes itself.
class Descriptor {
public:
    explicit Descriptor(int number) : m_number(number) {}
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;
    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }
    int number() const { return m_number; }
    bool isOpen() const { return m_number >= 0; }

private:
    int m_number;
};

Problem failure(const QString &path, const QString &what)
{
    return Problem(ProblemCode::Internal, QStringLiteral("%1 %2").arg(path, what));
}

Problem systemFailure(const QString &path, const char *doing)
{
    return failure(path, QStringLiteral("cannot be %1: %2").arg(QLatin1String(doing), qt_error_string(errno)));
}

bool writeAll(int descriptor, QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), static_cast<std::size_t>(bytes.size()));
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0)
            bytes = bytes.sliced(written);
    }
    return true;
}

/// Makes sure that a name that was put into the directory is still there after a power cut.
bool syncDirectory(const QString &path)
{
    const Descriptor directory(::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.isOpen() && ::fsync(directory.number()) == 0;
}

Result<Secret> readSecret(const Descriptor &file, const QString &path, qsizetype bytes)
{
    struct stat status {};
    if (::fstat(file.number(), &status) != 0)
        return systemFailure(path, "read");
    if (!S_ISREG(status.st_mode))
        return failure(path, QStringLiteral("must be a plain file"));
    if (status.st_uid != ::geteuid())
        return failure(
            path,
            QStringLiteral("belongs to the user %1; it must belong to the one that the server runs as (%2)").arg(status.st_uid).arg(::geteuid()));
    if ((status.st_mode & 077) != 0)
        return failure(path, QStringLiteral("can be read by others, so what is in it may be known: replace it, or `chmod 600` it when you are sure"));
    if (status.st_size != bytes)
        return failure(
            path,
            QStringLiteral(
                "has %1 bytes; it must have %2. Put it back from a backup; without one, see `The encryption key is lost` in docs/operations.md")
                .arg(status.st_size)
                .arg(bytes));

    std::vector<char> content(static_cast<std::size_t>(bytes));
    std::size_t have = 0;
    while (have < content.size()) {
        const ssize_t count = ::read(file.number(), content.data() + have, content.size() - have);
        if (count == 0 || (count < 0 && errno != EINTR))
            return systemFailure(path, "read");
        have += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    Secret secret(QByteArrayView(content.data(), bytes));
    explicit_bzero(content.data(), content.size());
    return secret;
}

/// Writes a new secret beside its place. The name of the file is in `temporary` afterwards.
Result<void> writeTemporary(QByteArray &temporary, const QString &path, qsizetype bytes)
{
    std::vector<char> random(static_cast<std::size_t>(bytes));
    if (::getentropy(random.data(), random.size()) != 0)
        return systemFailure(path, "filled with random bytes");
    temporary = QFile::encodeName(path) + ".XXXXXX";
    const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC)); // it makes the file 0600
    if (!file.isOpen())
        return systemFailure(path, "made");
    const bool isDone = writeAll(file.number(), {random.data(), bytes}) && ::fsync(file.number()) == 0;
    explicit_bzero(random.data(), random.size());
    if (!isDone) {
        const Problem problem = systemFailure(path, "written");
        ::unlink(temporary.constData());
        return problem;
    }
    return {};
}

} // namespace

SecretStore::SecretStore(const QString &dataDir) : m_dataDir(dataDir), m_directory(dataDir + QStringLiteral("/secrets")) {}

Result<void> SecretStore::prepareDirectory() const
{
    // The embedded database may run as another user and has to pass through the data directory; the secrets it may not see.
    QByteArray made;
    const QByteArray whole = QFile::encodeName(m_directory);
    for (const QByteArray &part : whole.split('/')) {
        made += (made.isEmpty() && part.isEmpty()) ? "/" : (made.endsWith('/') || made.isEmpty() ? part : '/' + part);
        if (::mkdir(made.constData(), made == whole ? 0700 : 0755) == 0)
            syncDirectory(QFile::decodeName(made + "/.."));
        else if (errno != EEXIST && errno != EROFS && errno != EACCES) // what exists may lie where nobody may make directories
            return systemFailure(QFile::decodeName(made), "made");
    }
    struct stat status {};
    if (::lstat(made.constData(), &status) != 0)
        return systemFailure(m_directory, "made");
    if (!S_ISDIR(status.st_mode))
        return failure(m_directory, QStringLiteral("must be a directory"));
    if (status.st_uid != ::geteuid())
        return failure(
            m_directory,
            QStringLiteral("belongs to the user %1; it must belong to the one that the server runs as (%2)").arg(status.st_uid).arg(::geteuid()));
    if ((status.st_mode & 077) != 0)
        return failure(m_directory, QStringLiteral("can be entered by others: `chmod 700` it"));
    return {};
}

bool SecretStore::has(const QString &name) const
{
    struct stat status {};
    return ::lstat(QFile::encodeName(pathOf(name)).constData(), &status) == 0;
}

Result<Secret> SecretStore::readOrMake(const QString &name, qsizetype bytes) const
{
    CHECK(prepareDirectory());
    const QString path = pathOf(name);
    const QByteArray encoded = QFile::encodeName(path);
    for (int attempt = 0; attempt < 2; ++attempt) {
        const Descriptor file(::open(encoded.constData(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (file.isOpen())
            return readSecret(file, path, bytes);
        if (errno != ENOENT)
            return systemFailure(path, "read");

        QByteArray temporary;
        CHECK(writeTemporary(temporary, path, bytes));
        // A rename that does not replace: of several that are made at once the first one stays, and all read that one.
        const bool isPlaced = ::renameat2(AT_FDCWD, temporary.constData(), AT_FDCWD, encoded.constData(), RENAME_NOREPLACE) == 0
            || (errno == EINVAL && ::link(temporary.constData(), encoded.constData()) == 0); // for file systems without it
        const int error = errno;
        ::unlink(temporary.constData());
        if (!isPlaced && error != EEXIST) {
            errno = error;
            return systemFailure(path, "made");
        }
        if (!syncDirectory(m_directory))
            return systemFailure(m_directory, "written");
    }
    return failure(path, QStringLiteral("vanished while it was being made"));
}

} // namespace aegis
