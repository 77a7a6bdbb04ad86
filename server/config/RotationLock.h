#pragma once

#include "shared/result/Result.h"

#include <QtCore/QString>

#include <utility>

namespace aegis {

/// Held by the one process that makes encryption keys in a data directory: of two that looked at the same moment each would find that
/// a key is to be made. The kernel keeps it (flock of `secrets/rotation.lock`), so it goes with the process, however that ends.
class RotationLock {
public:
    /// A problem, with a sentence for the operator, when another process has it or there are no secrets in that directory.
    static Result<RotationLock> take(const QString &dataDir);

    RotationLock(RotationLock &&other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    RotationLock &operator=(RotationLock &&other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    ~RotationLock();

private:
    explicit RotationLock(int descriptor) : m_descriptor(descriptor) {}

    int m_descriptor; ///< -1: moved away
};

} // namespace aegis
