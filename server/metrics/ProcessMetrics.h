#pragma once

#include <optional>

namespace aegis {

/// What the kernel says about this process (proc(5)), under the names that Prometheus' own clients use.
struct ProcessMetrics {
    double residentBytes = 0;
    double virtualBytes = 0;
    double cpuSeconds = 0;   ///< user and system
    double startSeconds = 0; ///< since 1970
    double threads = 0;
    double openDescriptors = 0;
    double maxDescriptors = 0;

    /// Nothing where there is no /proc.
    static std::optional<ProcessMetrics> read();
};

} // namespace aegis
