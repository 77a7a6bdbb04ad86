#include "server/app/ConnectionBudget.h"

#include "server/db/ConnectionShare.h"

namespace aegis {
namespace {

constexpr int loops = 9; ///< revocations, their news, keys, passwords' costs, the look at jobs, two that run them, and two of mail

} // namespace

int databaseConnections(const Settings &settings)
{
    return settings.databasePoolSize + settings.ioThreads * connectionsPerLane(settings.databasePoolSize, settings.ioThreads) + loops;
}

} // namespace aegis
