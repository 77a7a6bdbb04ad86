#pragma once

#include "server/db/Database.h"

namespace aegis {

/// A program with credentials, as it is stored.
struct ClientRow {
    ClientId id;
    QString name;
    OrganizationId organization; ///< nil: none
    QByteArray secretHash;       ///< see clientSecretHash()
    Instant createdAt{};
    std::optional<Instant> revokedAt{};
};

/// The table `client`. It belongs to the platform: no tenant sees it, the server itself does.
class ClientStore {
public:
    /// `conflict` when there is one of that name.
    static Result<void> add(Tx &tx, const ClientRow &client);
    /// All of them, the oldest first.
    static Result<std::vector<ClientRow>> all(Tx &tx);
    /// Takes its credentials away; gives its name. `not_found` when there is none, or it has none any more.
    static Result<QString> revoke(Tx &tx, const ClientId &client);
    /// The organization that has the slug; nothing when none has.
    static Result<std::optional<OrganizationId>> organizationOf(Tx &tx, const QString &slug);

    /// One that has credentials, in one round trip; nothing when there is none.
    static Task<Result<std::optional<ClientRow>>> find(Database &database, const RequestContext &context, const ClientId &client);
};

} // namespace aegis
