#pragma once

#include "tests/bench/Client.h"
#include "tests/bench/Latencies.h"

#include <memory>
#include <span>

namespace aegis::bench {

/// Clients that ask one server, each on a connection of its own, each again as soon as it has its answer.
struct HttpLoad {
    quint16 port = 0;
    std::vector<std::unique_ptr<Client>> clients{};
    std::chrono::milliseconds pause{0}; ///< that a client makes after an answer

    // What came of it.
    Latencies latencies{};
    int failures = 0; ///< answers that were not those wanted
    QByteArray firstFailure{};
    double seconds = 0;

    double perSecond() const { return static_cast<double>(latencies.count()) / seconds; }
};

/// Runs the loads for that time, all on the calling thread, and waits at the end for the answers that are missing (they are
/// not counted). A failure throws BenchmarkFailed: the figures would say nothing. The loads may be run again.
void run(std::span<HttpLoad *const> loads, std::chrono::milliseconds time);
inline void run(HttpLoad &load, std::chrono::milliseconds time)
{
    HttpLoad *const only = &load;
    run(std::span(&only, 1), time);
}

} // namespace aegis::bench
