#pragma once

#include <chrono>

namespace aegis {

/// By so much the clocks of the servers and of the database may differ: what has to outlive something by another's clock does by this
/// much, and who differs more is not ready and changes no signing key.
inline constexpr std::chrono::minutes clockMargin{1};

} // namespace aegis
