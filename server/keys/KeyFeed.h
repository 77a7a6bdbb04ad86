#pragma once

#include "server/keys/KeyRing.h"
#include "server/keys/KeyRotation.h"

#include <map>

namespace aegis {

/// Keeps the ring like the table `signing_key`, and the table as the rules want it. When the database cannot be asked the ring stays as
/// it is, and planned turns come all the same. One thread.
class KeyFeed {
public:
    /// The ring and the sealing outlive it.
    KeyFeed(DatabaseSession session, const Sealing &sealing, KeyRules rules, KeyRing &ring) :
        m_session(std::move(session)), m_sealing(sealing), m_rules(rules), m_ring(ring)
    {
    }

    /// One look.
    Result<void> poll(Instant now);

private:
    DatabaseSession m_session;
    const Sealing &m_sealing;
    const KeyRules m_rules;
    KeyRing &m_ring;
    std::vector<KeyTimes> m_known;             ///< of the ring, in the table's order
    std::map<QByteArray, SigningKey> m_opened; ///< by id, so that a key is opened once
};

/// The keys of that table, opened; those that have expired are left out. `opened`: keys that need not be opened again; afterwards it
/// holds just these.
Result<KeySet> openKeys(DatabaseSession &session, const Sealing &sealing, const std::vector<KeyTimes> &keys, Instant now,
                        std::map<QByteArray, SigningKey> &opened);

} // namespace aegis
