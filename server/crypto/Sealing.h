#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>

#include <map>

namespace aegis {

/// Keeps secrets in the database: AES-256-GCM (NIST SP 800-38D) under a key that has a version and stays outside of it.
///
/// A sealed value is: format (1), key version, nonce (12 bytes), ciphertext, tag (16 bytes). Format and version are
/// authenticated together with the associated data, so a value cannot be moved to another row or another key. The nonce
/// is random: one key is good for 2^32 values. Immutable; any thread.
class Sealing {
public:
    using Version = quint8;

    /// Keys of 32 bytes by version. What is sealed from now on gets the highest version; the older ones still open.
    /// Fails with `internal` when there is no key or one has another length.
    static Result<Sealing> make(std::map<Version, Secret> keys);

    /// `associatedData` says what the value belongs to (a user id, a key id); the same is needed to open. Fails with `internal`.
    Result<QByteArray> seal(const Secret &plain, QByteArrayView associatedData) const;
    /// Fails with `internal` when the value was changed, belongs to something else, or its key is not there.
    Result<Secret> open(QByteArrayView sealed, QByteArrayView associatedData) const;
    /// Whether the value should be sealed again, because there is a newer key.
    bool isOutdated(QByteArrayView sealed) const;

private:
    explicit Sealing(std::map<Version, Secret> keys) : m_keys(std::move(keys)) {}

    std::map<Version, Secret> m_keys;
};

} // namespace aegis
