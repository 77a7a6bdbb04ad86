#include "server/mail/MaildirTransport.h"

#include <QtCore/QFile>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace aegis {
namespace {

/// Closed when it goes.
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
    int operator*() const { return m_number; }
    bool isOpen() const { return m_number >= 0; }

private:
    const int m_number;
};

MailOutcome failed(const char *what)
{
    return MailOutcome::failed(QStringLiteral("%1 in DATA_DIR/mail: %2").arg(QLatin1String(what), qt_error_string(errno)));
}

/// Makes it if there is none. A link is not followed, and one that others can enter is none of ours.
bool isOurs(const QByteArray &directory)
{
    if (::mkdir(directory.constData(), 0700) != 0 && errno != EEXIST)
        return false;
    struct stat entry {};
    if (::lstat(directory.constData(), &entry) != 0)
        return false;
    errno = ENOTDIR;
    if (!S_ISDIR(entry.st_mode))
        return false;
    errno = EPERM;
    return entry.st_uid == ::geteuid() && (entry.st_mode & 077) == 0;
}

bool writeAll(int file, const QByteArray &bytes)
{
    for (qsizetype at = 0; at < bytes.size();) {
        const ssize_t written = ::write(file, bytes.constData() + at, static_cast<std::size_t>(bytes.size() - at));
        if (written < 0 && errno != EINTR)
            return false;
        at += written > 0 ? written : 0;
    }
    return ::fsync(file) == 0;
}

} // namespace

MailOutcome MaildirTransport::send(const MailMessage &mail)
{
    const QByteArray directory = QFile::encodeName(m_directory);
    for (const QByteArray &part : {directory, directory + "/tmp", directory + "/new", directory + "/cur"}) {
        if (!isOurs(part))
            return failed("a directory cannot be used");
    }
    // The name is unique, begins with the time, and is the same at each try.
    const QByteArray name = QByteArray::number(qint64(toUnixSeconds(mail.date))) + '.' + mail.id.text() + ".aegis";
    const QByteArray draft = directory + "/tmp/" + name;
    const QByteArray place = directory + "/new/" + name;
    ::unlink(draft.constData()); // of a try that was killed
    {
        const Descriptor file(::open(draft.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!file.isOpen())
            return failed("a file cannot be made");
        QByteArray bytes = mail.bytes;
        bytes.replace("\r\n", "\n"); // as files have it
        if (!writeAll(*file, bytes))
            return failed("a file cannot be written");
    }
    if (::rename(draft.constData(), place.constData()) != 0)
        return failed("a file cannot be delivered");
    const Descriptor delivered(::open((directory + "/new").constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!delivered.isOpen() || ::fsync(*delivered) != 0)
        return failed("a file cannot be kept");
    return MailOutcome::sent();
}

} // namespace aegis
