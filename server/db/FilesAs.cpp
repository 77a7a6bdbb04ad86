#include "server/db/FilesAs.h"

#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

namespace aegis {
namespace {

constexpr unsigned noId = ~0U; ///< of nobody: asks what holds

/// The system call itself: the C library's function would change all threads. setfsuid() and setfsgid() change this one alone.
bool setGroups(const std::vector<gid_t> &groups)
{
    return syscall(SYS_setgroups, groups.size(), groups.data()) == 0;
}

/// setfsuid(2) and setfsgid(2) tell no errors: a second call, which changes nothing, tells what holds.
bool setUser(uid_t uid)
{
    setfsuid(uid);
    return static_cast<uid_t>(setfsuid(noId)) == uid;
}

bool setGroup(gid_t gid)
{
    setfsgid(gid);
    return static_cast<gid_t>(setfsgid(noId)) == gid;
}

} // namespace

FilesAs::FilesAs(const SystemAccount &account) : m_isOther(account.isOther)
{
    if (!m_isOther)
        return;
    const int count = getgroups(0, nullptr);
    m_groups.resize(static_cast<std::size_t>(std::max(0, count)));
    m_uid = static_cast<uid_t>(setfsuid(noId));
    m_gid = static_cast<gid_t>(setfsgid(noId));
    if (getgroups(count, m_groups.data()) != count || !setGroups(account.groups) || !setGroup(account.gid) || !setUser(account.uid))
        std::abort();
}

FilesAs::~FilesAs()
{
    if (m_isOther && (!setUser(m_uid) || !setGroup(m_gid) || !setGroups(m_groups)))
        std::abort();
}

} // namespace aegis
