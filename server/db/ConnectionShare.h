#pragma once

namespace aegis {

/// Of a pool's connections, how many each of the threads has that ask the database by themselves (DatabaseLane): at least one, so
/// that all of them together may have more than the pool.
constexpr int connectionsPerLane(int poolSize, int askingThreads)
{
    return (poolSize + askingThreads - 1) / askingThreads;
}

} // namespace aegis
