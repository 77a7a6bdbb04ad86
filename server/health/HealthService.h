#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/keys/KeyRing.h"
#include "server/passwords/PasswordHasher.h"
#include "server/sessions/RevocationList.h"
#include "shared/dto/Health.h"

#include <atomic>

namespace aegis {

/// Whether the server may be sent requests. Any I/O thread.
class HealthService {
public:
    HealthService(Database &database, const PasswordHasher &hasher, const KeyRing &keys, const RevocationList &revocations,
                  std::chrono::milliseconds maxRevocationAge, int migrations) :
        m_database(database),
        m_hasher(hasher), m_keys(keys), m_revocations(revocations), m_maxRevocationAge(maxRevocationAge), m_migrations(migrations)
    {
    }

    /// The process answers; that is all it says.
    static HealthResponse live();
    /// Asks the database and, after its disk was full, whether it can write again; looks at the migrations, the queues, the signing
    /// keys, the age of the revocations, and whether we are draining.
    Task<Result<HealthResponse>> ready(const RequestContext &context) const;

    /// From now on not ready: the load balancer should look elsewhere.
    void startDraining() { m_draining = true; }

private:
    Task<Result<void>> tryDisk(const RequestContext &context) const;

    Database &m_database;
    const PasswordHasher &m_hasher;
    const KeyRing &m_keys;
    const RevocationList &m_revocations;
    const std::chrono::milliseconds m_maxRevocationAge;
    const int m_migrations; ///< that this program knows
    std::atomic<bool> m_draining{false};
};

} // namespace aegis
