#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/events/EventBatch.h"
#include "server/idempotency/IdempotentCall.h"
#include "server/organizations/ManagedOrganizationStore.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/TokenIssuer.h"

#include <functional>

namespace aegis {

/// What administrators do to organizations. Any I/O thread.
class ManagedOrganizationService {
public:
    struct Parts {
        Database &database;
        const IdempotencyStore &idempotency;
        const TokenIssuer &tokens;
        RevocationList &revocations;
        std::chrono::seconds freshFor; ///< since the caller's last proof of who it is, for what is hard to take back
    };
    explicit ManagedOrganizationService(const Parts &parts) : m_parts(parts), m_calls(parts.database, parts.idempotency) {}

    /// For how long a deleted one can be restored.
    static constexpr std::chrono::hours restorableFor{30 * 24};

    Task<Result<ManagedOrganizationPage>> list(const RequestContext &context, ListPageRequest request) const;
    Task<Result<ManagedOrganizationResponse>> get(const RequestContext &context, ManagedOrganizationRequest request) const;
    Task<Result<ManagedOrganizationResponse>> update(const RequestContext &context, OrganizationUpdateRequest request) const;
    Task<Result<ManagedOrganizationResponse>> suspend(const RequestContext &context, OrganizationMeasureRequest request) const;
    Task<Result<ManagedOrganizationResponse>> reactivate(const RequestContext &context, OrganizationReliefRequest request) const;
    Task<Result<ManagedOrganizationResponse>> remove(const RequestContext &context, OrganizationMeasureRequest request) const;
    Task<Result<ManagedOrganizationResponse>> restore(const RequestContext &context, OrganizationReliefRequest request) const;

private:
    /// What is done to an organization.
    struct Measure {
        OrganizationId organization;
        std::optional<QString> ifMatch;
        Permission permission{};
        bool wantsFreshLogin = false; ///< of the caller; not for an answer that was given before
        bool endsAccess = false;
        /// Carries it out, with its event, in a transaction of the organization; `before` is what was looked at.
        std::function<Result<ManagedOrganizationStore::Changed>(Tx &, const ManagedOrganizationDto &before)> act;
    };
    Task<Result<ManagedOrganizationResponse>> carryOut(const RequestContext &context, Measure measure) const;
    Task<Result<ManagedOrganizationDto>> look(const RequestContext &context, Permission permission, OrganizationId organization) const;

    const Parts m_parts;
    const IdempotentCall m_calls;
};

} // namespace aegis
