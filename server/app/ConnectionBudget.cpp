#include "server/app/ConnectionBudget.h"

#include "server/db/ConnectionShare.h"

namespace aegis {
namespace {

constexpr int loops = 6; ///< revocations, their news, keys, housekeeping, and two of mail

} // namespace

int databaseConnections(const Settings &settings)
{
    return settings.databasePoolSize + settings.ioThreads * connectionsPerLane(settings.databasePoolSize, settings.ioThreads) + loops;
}

} // namespace aegis
