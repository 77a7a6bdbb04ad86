#pragma once

#include "server/keys/KeyRing.h"
#include "server/keys/KeyRotation.h"

#include <map>

namespace aegis {

/// Keeps the ring like the table `signing_key`, and the table as the rules want it. When the database cannot be asked the ring stays as
/// it is, and planned turns come all the same. A key that cannot be opened is left out, and when its turn is near the ring says that it
/// is not complete. One thread.
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
    /// Brings the ring to what the table says.
    Result<void> take(const std::vector<KeyTimes> &keys, Instant now);
    void hold(KeySet set);

    DatabaseSession m_session;
    const Sealing &m_sealing;
    const KeyRules m_rules;
    KeyRing &m_ring;
    std::vector<KeyTimes> m_known;               ///< of the table, when all of them were last opened
    std::optional<std::vector<KeyTimes>> m_held; ///< of the ring, in the table's order; nothing: those of the start
    bool m_lacksOne = false;                     ///< there is one that could not be opened
    bool m_hasKeptUp = false;                    ///< until then it is as at a start, which takes another algorithm
    std::map<QByteArray, SigningKey> m_opened;   ///< by id, so that a key is opened once
};

/// What could be had of some keys.
struct OpenedKeys {
    std::vector<TimedKey> keys;
    std::optional<Problem> failure; ///< of the first that could not be opened, or there is none
    Instant missingFrom{};          ///< with a failure: when the turn of the first such key is; of none: nothing
};

/// The keys of that table, opened; those that have expired are left out. `opened`: keys that need not be opened again; afterwards it
/// holds just these. A problem: the database cannot be asked.
Result<OpenedKeys> openKeys(DatabaseSession &session, const Sealing &sealing, const std::vector<KeyTimes> &keys, Instant now,
                            std::map<QByteArray, SigningKey> &opened);

} // namespace aegis
