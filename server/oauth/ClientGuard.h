#pragma once

#include "server/db/Database.h"
#include "server/http/ClientAuthenticator.h"
#include "server/oauth/ClientStore.h"

#include <QtCore/QHash>

#include <mutex>

namespace aegis {

/// Believes credentials of programs. A client that was found is remembered for a short while, so a service that asks a hundred times
/// a second costs the database a question now and then; who is unknown is asked about each time. Any I/O thread.
class ClientGuard final : public http::ClientAuthenticator {
public:
    /// `key`: FINGERPRINT_KEY. `maxAge`: how long an end of credentials may go unnoticed.
    ClientGuard(Database &database, Secret key, std::chrono::milliseconds maxAge) : m_database(database), m_key(std::move(key)), m_maxAge(maxAge) {}

    Task<Result<ClientApplication>> authenticate(const http::ClientCredentials &credentials, Instant now) override;

private:
    struct Known {
        OrganizationId organization;
        QByteArray secretHash;
        Instant asOf{};
    };

    std::optional<Known> remembered(const ClientId &client, Instant now) const;
    void remember(const ClientId &client, std::optional<Known> known);

    Database &m_database;
    const Secret m_key;
    const std::chrono::milliseconds m_maxAge;
    mutable std::mutex m_mutex;
    QHash<ClientId, Known> m_known; ///< no more than there are clients
};

} // namespace aegis
