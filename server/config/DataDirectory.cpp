#include "server/config/DataDirectory.h"

#include <QtCore/QFile>

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>

namespace aegis {
namespace {

constexpr int mostLinks = 40; ///< as the kernel (path_resolution(7))

Problem refusal(const QString &path, const QString &why)
{
    const QString is = QStringLiteral("is '%1', %2").arg(path, why);
    return Problem(ProblemCode::ValidationFailed, QStringLiteral("DATA_DIR ") + is)
        .withField({QStringLiteral("DATA_DIR"), FieldCode::SettingValue, is});
}

QString accountName(uid_t uid)
{
    passwd entry{};
    passwd *found = nullptr;
    std::array<char, 16'384> buffer{};
    getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr ? QString::fromLocal8Bit(entry.pw_name) : QString::number(uid);
}

QString ownAccount()
{
    return accountName(geteuid());
}

/// Root can do all anyway.
bool isTrusted(uid_t uid)
{
    return uid == 0 || uid == geteuid();
}

void pushFront(std::deque<QByteArray> &parts, const QByteArray &path)
{
    const QList<QByteArray> more = path.split('/');
    parts.insert(parts.begin(), more.begin(), more.end());
}

/// The path without links. Those of others are not followed: they could lead elsewhere at the next start.
Result<QByteArray> resolved(const QString &path)
{
    std::deque<QByteArray> left;
    pushFront(left, QFile::encodeName(path));
    QByteArray at; // empty: the root
    for (int links = 0; !left.empty();) {
        const QByteArray part = left.front();
        left.pop_front();
        if (part.isEmpty() || part == ".")
            continue;
        if (part == "..") {
            at.truncate(std::max<qsizetype>(0, at.lastIndexOf('/')));
            continue;
        }
        const QByteArray next = at + '/' + part;
        struct stat entry {};
        if (lstat(next.constData(), &entry) != 0 && errno != ENOENT)
            return refusal(
                path, QStringLiteral("which cannot be reached (%1): name a directory, or a place where one can be made").arg(qt_error_string(errno)));
        if (!S_ISLNK(entry.st_mode)) {
            at = next;
            continue;
        }
        if (!isTrusted(entry.st_uid)) {
            return refusal(path,
                           QStringLiteral("which goes over the link %1 of the account '%2': name the directory itself")
                               .arg(QFile::decodeName(next), accountName(entry.st_uid)));
        }
        std::array<char, PATH_MAX> target{};
        const ssize_t size = readlink(next.constData(), target.data(), target.size());
        if (size <= 0 || ++links > mostLinks)
            return refusal(path, QStringLiteral("whose links lead nowhere: name the directory itself"));
        if (target.front() == '/')
            at.clear();
        pushFront(left, QByteArray(target.data(), size));
    }
    return at.isEmpty() ? QByteArrayLiteral("/") : at;
}

/// Makes the directory and those above it.
bool make(const QByteArray &path, mode_t mode)
{
    for (qsizetype end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
        if (mkdir(path.first(end).constData(), 0755) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return false; // what exists may lie where nobody may make directories
    }
    if (mkdir(path.constData(), 0700) != 0)
        return errno == EEXIST;
    return chmod(path.constData(), mode) == 0; // whatever the umask
}

} // namespace

Result<void> prepareDataDirectory(const QString &path, bool othersPass)
{
    const mode_t mode = othersPass ? 0711 : 0700;
    TRY(const QByteArray place, resolved(path));
    struct stat entry {};
    if (lstat(place.constData(), &entry) != 0 && (!make(place, mode) || lstat(place.constData(), &entry) != 0)) {
        return refusal(path,
                       QStringLiteral("which cannot be made (%1): name a directory that the account '%2' can write, or a place where it can "
                                      "make one")
                           .arg(qt_error_string(errno), ownAccount()));
    }
    if (!S_ISDIR(entry.st_mode))
        return refusal(path, QStringLiteral("which is no directory: name one, or a place where one can be made"));
    const bool othersWrite = (entry.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    if (othersWrite && (entry.st_uid != geteuid() || (entry.st_mode & S_ISVTX) != 0)) {
        return refusal(path,
                       QStringLiteral("a directory of the account '%1' that other accounts can write, too: name one that only '%2' can write, "
                                      "such as a new one below it")
                           .arg(accountName(entry.st_uid), ownAccount()));
    }
    if (othersWrite) {
        return refusal(path,
                       QStringLiteral("which other accounts than '%1' can write: look whether what is in it is yours, then `chmod %2 %3`")
                           .arg(ownAccount(), QString::number(mode, 8), path));
    }
    if (!isTrusted(entry.st_uid)) {
        return refusal(path,
                       QStringLiteral("which belongs to the account '%1', who can change what is in it: it must belong to the one that the "
                                      "server runs as ('%2')")
                           .arg(accountName(entry.st_uid), ownAccount()));
    }
    if (faccessat(AT_FDCWD, place.constData(), W_OK | X_OK, AT_EACCESS) != 0) {
        return refusal(path,
                       QStringLiteral("which the account '%1' that the server runs as cannot write (%2): name a directory of its own")
                           .arg(ownAccount(), qt_error_string(errno)));
    }
    return {};
}

} // namespace aegis
