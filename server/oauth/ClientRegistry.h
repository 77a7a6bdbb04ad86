#pragma once

#include "server/db/DatabaseSession.h"
#include "server/oauth/ClientStore.h"

namespace aegis {

/// Gives programs credentials and takes them away, for the operator's commands. Blocks; one thread.
class ClientRegistry {
public:
    /// `key`: FINGERPRINT_KEY. The session outlives it.
    ClientRegistry(DatabaseSession &session, Secret key) : m_session(session), m_key(std::move(key)) {}

    /// What the operator is shown, once.
    struct Credentials {
        ClientId id;
        Secret secret; ///< base64url of 32 random bytes
    };
    /// `organizationSlug`: whose tokens alone the program may ask about; empty: everybody's. The problem's detail is a sentence.
    Result<Credentials> create(const QString &name, const QString &organizationSlug, Instant now);
    Result<std::vector<ClientRow>> list(Instant now);
    /// `not_found` when there is no such client, or it has been revoked. Servers that run know of it after REVOCATION_MAX_AGE at most.
    Result<void> revoke(const ClientId &client, Instant now);

private:
    DatabaseSession &m_session;
    const Secret m_key;
};

} // namespace aegis
