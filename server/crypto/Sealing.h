#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>

#include <functional>
#include <map>
#include <memory>

namespace aegis {

/// Keeps secrets in the database: AES-256-GCM (NIST SP 800-38D) under a key that stays outside of it.
///
/// A sealed value is: format (2), key id (4 bytes of a SHA-256 of the key), nonce (12 bytes), ciphertext, tag (16 bytes). Format and
/// key id are authenticated together with the associated data, so a value cannot be moved to another row or another key. The id
/// follows from the key, so servers need not agree on numbers. Format 1, of the version before, says nothing of the key: each is
/// tried. The nonce is random: one key is good for 2^32 values. Any thread; copies share what they know.
class Sealing {
public:
    /// Only an order: the highest is the newest.
    using Version = quint8;
    using Keys = std::map<Version, Secret>;
    /// Gives all keys that there are by now; asked when a value has an unknown one. An empty answer changes nothing.
    using Finder = std::function<Keys()>;

    /// Keys of 32 bytes. What is sealed from now on gets the newest; the older ones still open.
    /// Fails with `internal` when there is no key or one has another length.
    static Result<Sealing> make(Keys keys, Finder findMore = {});

    /// `associatedData` says what the value belongs to (a user id, a key id); the same is needed to open. Fails with `internal`.
    Result<QByteArray> seal(const Secret &plain, QByteArrayView associatedData) const;
    /// Fails with `internal` when the value was changed, belongs to something else, or its key is not there.
    Result<Secret> open(QByteArrayView sealed, QByteArrayView associatedData) const;
    /// Whether the value should be sealed again, because there is a newer key.
    bool isOutdated(QByteArrayView sealed) const { return !sealed.startsWith(mark()); }
    /// What everything that is sealed now begins with.
    QByteArray mark() const;

private:
    class Ring;
    explicit Sealing(std::shared_ptr<Ring> ring) : m_ring(std::move(ring)) {}

    std::shared_ptr<Ring> m_ring;
};

} // namespace aegis
