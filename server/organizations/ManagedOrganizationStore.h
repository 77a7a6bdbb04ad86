#pragma once

#include "server/admin/AdminScopeStore.h"
#include "shared/dto/admin/ManagedOrganization.h"

#include <vector>

namespace aegis {

/// Organizations as administrators see and change them.
class ManagedOrganizationStore {
public:
    /// In that scope, which the transaction has entered; `not_found` else.
    static Result<ManagedOrganizationDto> get(Tx &tx, const AdminScopeStore &scope, const OrganizationId &organization);

    /// A new one, as rows of the tables of the same names. `slug_taken`.
    static Result<void> add(Tx &tx, const QJsonObject &organization, const QJsonObject &details, const QByteArray &events);

    /// A page of those that the filter takes, the newest first unless asked otherwise. `validation_failed` for what is wrong in the request.
    static Result<ManagedOrganizationPage> list(Tx &tx, const AdminScopeStore &scope, const ListPageRequest &request);

    enum class Outcome { Done, NotFound, Stale, Unchanged };

    /// The transaction of a change is of the organization. `slug_taken`.
    static Result<Outcome> rename(Tx &tx, const ManagedOrganizationDto &before, const QString &name, const QString &slug, const QByteArray &events);

    /// What a change of the status needs to know.
    struct StatusChange {
        OrganizationId organization;
        int version = 0;
        QStringList from;
        QLatin1String to;
        std::optional<Instant> deletedAfter; ///< if it is deleted, it must have been so since then
        Instant revokedUntil{};              ///< when the last access token in it has expired
        QByteArray events;
    };
    struct Changed {
        Outcome outcome = Outcome::NotFound;
        std::vector<SessionId> later; ///< sessions that the revocation of the organization does not speak of
    };
    static Result<Changed> setStatus(Tx &tx, const StatusChange &change);
};

} // namespace aegis
