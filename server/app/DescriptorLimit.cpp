#include "server/app/DescriptorLimit.h"

#include "server/app/ConnectionBudget.h"

#include <sys/resource.h>

namespace aegis {
namespace {

constexpr int perIoThread = 4; ///< epoll, its wake-up, the listening socket, and one that is being accepted
constexpr int spare = 64;      ///< standard streams, log, certificates, random, the cluster's lock and process

} // namespace

quint64 descriptorsBesideClients(const Settings &settings)
{
    return static_cast<quint64>(databaseConnections(settings) + settings.ioThreads * perIoThread + spare);
}

quint64 raiseDescriptorLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

} // namespace aegis
