#pragma once

#include "server/config/SecretStore.h"
#include "server/config/Settings.h"
#include "server/crypto/Sealing.h"

namespace aegis {

/// The encryption keys of a server: that which was set, and without it those of the data directory, which are `encryption-key`, then
/// `encryption-key-2` and so on, the last one the newest. That which is set, or the newest file, seals; the others and the previous
/// one that was set only open.
class EncryptionKeys {
public:
    explicit EncryptionKeys(const Settings &settings) :
        m_set(settings.encryptionKey), m_previous(settings.encryptionKeyPrevious), m_store(settings.dataDir)
    {
    }

    /// All that there are; nothing is made. A problem as of SecretStore::readOrMake().
    Result<Sealing::Keys> load() const;
    /// Whether ENCRYPTION_KEY is set: then the operator makes the keys.
    bool areSet() const { return !m_set.isEmpty(); }
    /// Makes the next file; its name.
    Result<QString> makeNext() const;

    /// The name of the newest file; of the first when there is none.
    static QString newestName(const SecretStore &store);

private:
    Secret m_set;
    Secret m_previous;
    SecretStore m_store;
};

} // namespace aegis
