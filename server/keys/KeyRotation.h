#pragma once

#include "server/crypto/Sealing.h"
#include "server/db/DatabaseSession.h"
#include "server/keys/KeyPlan.h"

namespace aegis {

/// Carries out the plan for the signing keys in the database. Any number of instances may do it at once, and each may be killed at any
/// moment: what is due is decided and done in one transaction, under one lock. Keys are made before it begins. Who has another clock
/// than the database, or another encryption key than the others, changes nothing: a key that retires too early, is made for a distant
/// day or cannot be opened would be everybody's. Blocks; one thread.
class KeyRotation {
public:
    KeyRotation(DatabaseSession &session, const Sealing &sealing, KeyRules rules) : m_session(session), m_sealing(sealing), m_rules(rules) {}

    /// Does what is due and gives the keys that there are then. Without anything due it only reads.
    Result<std::vector<KeyTimes>> keepUp(Instant now, bool takesAlgorithm = false);

    /// What a command has brought about.
    struct Turn {
        QByteArray kid;      ///< of the key whose turn is next
        Instant signsFrom{}; ///< not after now: it signs
    };
    /// Gives the next key its turn as soon as it has been published for long enough, as a rule at once, and makes one to follow it.
    Result<Turn> rotate(Instant now);

private:
    Result<std::vector<SigningKey>> make(int count) const;
    /// Takes the lock, and gives the keys that there are, if this server may change them: its clock is the database's, and it opens
    /// the key that signs, so that the others will open what it seals.
    Result<std::vector<KeyTimes>> begin(Tx &tx) const;
    Result<void> tryOpening(Tx &tx, const QByteArray &kid) const;
    Result<void> carryOut(Tx &tx, const KeyPlan &plan, std::vector<SigningKey> made) const;

    DatabaseSession &m_session;
    const Sealing &m_sealing;
    const KeyRules m_rules;
};

} // namespace aegis
