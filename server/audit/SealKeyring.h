#pragma once

#include "server/audit/AuditKeys.h"
#include "server/audit/Seal.h"

namespace aegis {

/// The keys of a sealer, and what it says with them about themselves. One thread.
class SealKeyring {
public:
    explicit SealKeyring(AuditKeys keys) : m_keys(std::move(keys)) {}

    const SigningKey &current() const { return m_keys.current; }

    /// Whether the current key may go on with a trail of these keys that ends with that seal.
    Result<void> check(const std::vector<SealKey> &known, const std::optional<Seal> &last) const;
    /// The statement that the current key signs from that seal on; nothing when it does already. In place of one that is
    /// lost nobody endorses it, and the log says so.
    Result<std::optional<SealKey>> introduction(const std::vector<SealKey> &known, qint64 sequence, Instant now) const;

private:
    const AuditKeys m_keys;
};

} // namespace aegis
