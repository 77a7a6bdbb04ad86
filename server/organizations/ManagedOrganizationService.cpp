#include "server/organizations/ManagedOrganizationService.h"

#include "server/db/RowJson.h"
#include "server/http/EntityVersion.h"
#include "server/sessions/FreshAuthentication.h"

namespace aegis {
namespace {

using Changed = ManagedOrganizationStore::Changed;
using Outcome = ManagedOrganizationStore::Outcome;

/// How often a change looks again because somebody else was faster.
constexpr int mostAttempts = 3;

ManagedOrganizationResponse responseOf(ManagedOrganizationDto organization)
{
    const QString tag = entityTagOf(organization.version);
    return {.organization = std::move(organization), .etag = tag};
}

QByteArray eventOf(const RequestContext &context, EventType type, const OrganizationId &organization, const QJsonObject &payload)
{
    EventBatch events(context);
    events.add({.type = type, .subject = organization.uuid(), .payload = payload});
    return events.json();
}

QJsonObject nameOf(const QString &name, const QString &slug)
{
    return {{QStringLiteral("name"), name}, {QStringLiteral("slug"), slug}};
}

} // namespace

Task<Result<ManagedOrganizationPage>> ManagedOrganizationService::list(const RequestContext &context, ListPageRequest request) const
{
    auto read = [scope = AdminScopeStore::of(context, Permission::OrganizationRead),
                 request = std::move(request)](Tx &tx) -> Result<ManagedOrganizationPage> {
        CHECK(scope.enter(tx));
        return ManagedOrganizationStore::list(tx, scope, request);
    };
    co_return co_await m_parts.database.read<ManagedOrganizationPage>(context, std::move(read));
}

Task<Result<ManagedOrganizationResponse>> ManagedOrganizationService::get(const RequestContext &context, ManagedOrganizationRequest request) const
{
    Task<Result<ManagedOrganizationDto>> task = look(context, Permission::OrganizationRead, request.id);
    CO_TRY(ManagedOrganizationDto organization, co_await task);
    co_return responseOf(std::move(organization));
}

Task<Result<ManagedOrganizationDto>> ManagedOrganizationService::look(const RequestContext &context, Permission permission,
                                                                      OrganizationId organization) const
{
    auto read = [scope = AdminScopeStore::of(context, permission), organization](Tx &tx) -> Result<ManagedOrganizationDto> {
        CHECK(scope.enter(tx));
        return ManagedOrganizationStore::get(tx, scope, organization);
    };
    co_return co_await m_parts.database.read<ManagedOrganizationDto>(context, read);
}

Task<Result<ManagedOrganizationResponse>> ManagedOrganizationService::carryOut(const RequestContext &context, Measure measure) const
{
    Task<Result<std::optional<ManagedOrganizationResponse>>> asking = m_calls.earlierAnswer<ManagedOrganizationResponse>(context);
    CO_TRY(std::optional<ManagedOrganizationResponse> earlier, co_await asking);
    if (earlier)
        co_return *std::move(earlier);
    if (measure.wantsFreshLogin)
        CO_CHECK(requireFreshAuthentication(context, m_parts.freshFor));
    const RequestContext inOrganization = context.withTenant({.organization = measure.organization, .user = context.tenant.user});
    const Instant accessEnds = m_parts.tokens.accessEndsBy(context.now);
    for (int attempts = 1;; ++attempts) {
        Task<Result<ManagedOrganizationDto>> looking = look(context, measure.permission, measure.organization);
        CO_TRY(const ManagedOrganizationDto before, co_await looking);
        if (!fitsVersion(measure.ifMatch, before.version))
            co_return Problem(ProblemCode::PreconditionFailed).withCurrent(encode(before));
        std::vector<SessionId> later;
        auto work = [&, scope = AdminScopeStore::of(context, measure.permission)](Tx &tx) -> Result<ManagedOrganizationResponse> {
            CHECK(scope.enter(tx));
            TRY(Changed changed, measure.act(tx, before));
            if (changed.outcome != Outcome::Done)
                return changed.outcome == Outcome::Stale    ? Problem(ProblemCode::PreconditionFailed)
                    : changed.outcome == Outcome::Unchanged ? Problem(ProblemCode::Conflict).withCurrent(encode(before))
                                                            : Problem(ProblemCode::NotFound);
            later = std::move(changed.later);
            TRY(ManagedOrganizationDto after, ManagedOrganizationStore::get(tx, scope, measure.organization));
            return responseOf(std::move(after));
        };
        Task<Result<ManagedOrganizationResponse>> writing = m_calls.write<ManagedOrganizationResponse>(context, inOrganization, work);
        Result<ManagedOrganizationResponse> written = co_await writing;
        if (!written && written.problem().code == ProblemCode::PreconditionFailed && attempts < mostAttempts)
            continue; // look again: with If-Match it is told then
        if (!written && written.problem().code == ProblemCode::PreconditionFailed)
            co_return Problem(ProblemCode::Conflict, QStringLiteral("It is being changed by others.")).withCurrent(encode(before));
        if (!written)
            co_return std::move(written).problem();
        for (const SessionId &session : later)
            m_parts.revocations.revoke(Revocation::ofSession(session, context.now, accessEnds));
        if (measure.endsAccess)
            m_parts.revocations.revoke(Revocation::ofOrganization(measure.organization, context.now, accessEnds));
        co_return written;
    }
}

Task<Result<ManagedOrganizationResponse>> ManagedOrganizationService::update(const RequestContext &context, OrganizationUpdateRequest request) const
{
    auto act = [name = request.name, slug = request.slug](Tx &tx, const ManagedOrganizationDto &before) -> Result<Changed> {
        const QString newName = name.value_or(before.name).trimmed();
        const QString newSlug = slug.value_or(before.slug);
        const QByteArray events = eventOf(
            tx.context(), EventType::OrganizationUpdated, before.id,
            {{QStringLiteral("before"), nameOf(before.name, before.slug)}, {QStringLiteral("after"), nameOf(newName, newSlug)}});
        TRY(const Outcome outcome, ManagedOrganizationStore::rename(tx, before, newName, newSlug, events));
        return Changed{.outcome = outcome, .later = {}};
    };
    Measure measure{.organization = request.id, .ifMatch = request.ifMatch, .permission = Permission::OrganizationUpdate, .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

Task<Result<ManagedOrganizationResponse>> ManagedOrganizationService::suspend(const RequestContext &context, OrganizationMeasureRequest request) const
{
    auto act = [this, note = request.note](Tx &tx, const ManagedOrganizationDto &before) -> Result<Changed> {
        return ManagedOrganizationStore::setStatus(tx,
                                                   {.organization = before.id,
                                                    .version = before.version,
                                                    .from = {QStringLiteral("active")},
                                                    .to = QLatin1String("suspended"),
                                                    .deletedAfter = {},
                                                    .revokedUntil = m_parts.tokens.accessEndsBy(tx.context().now),
                                                    .events = eventOf(tx.context(), EventType::OrganizationSuspended, before.id,
                                                                      {{QStringLiteral("note"), note}, {QStringLiteral("before"), before.status}})});
    };
    Measure measure{.organization = request.id,
                    .ifMatch = request.ifMatch,
                    .permission = Permission::OrganizationSuspend,
                    .endsAccess = true,
                    .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

Task<Result<ManagedOrganizationResponse>> ManagedOrganizationService::reactivate(const RequestContext &context,
                                                                                 OrganizationReliefRequest request) const
{
    auto act = [](Tx &tx, const ManagedOrganizationDto &before) -> Result<Changed> {
        return ManagedOrganizationStore::setStatus(
            tx,
            {.organization = before.id,
             .version = before.version,
             .from = {QStringLiteral("suspended")},
             .to = QLatin1String("active"),
             .deletedAfter = {},
             .events = eventOf(tx.context(), EventType::OrganizationReactivated, before.id, {{QStringLiteral("before"), before.status}})});
    };
    Measure measure{.organization = request.id, .ifMatch = request.ifMatch, .permission = Permission::OrganizationSuspend, .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

Task<Result<ManagedOrganizationResponse>> ManagedOrganizationService::remove(const RequestContext &context, OrganizationMeasureRequest request) const
{
    auto act = [this, note = request.note](Tx &tx, const ManagedOrganizationDto &before) -> Result<Changed> {
        return ManagedOrganizationStore::setStatus(
            tx,
            {.organization = before.id,
             .version = before.version,
             .from = {QStringLiteral("active"), QStringLiteral("suspended")},
             .to = QLatin1String("deleted"),
             .deletedAfter = {},
             .revokedUntil = m_parts.tokens.accessEndsBy(tx.context().now),
             .events = eventOf(tx.context(), EventType::OrganizationDeleted, before.id,
                               {{QStringLiteral("note"), note},
                                {QStringLiteral("before"), before.status},
                                {QStringLiteral("restorableUntil"), rowjson::time(tx.context().now + restorableFor)}})});
    };
    Measure measure{.organization = request.id,
                    .ifMatch = request.ifMatch,
                    .permission = Permission::OrganizationDelete,
                    .wantsFreshLogin = true,
                    .endsAccess = true,
                    .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

Task<Result<ManagedOrganizationResponse>> ManagedOrganizationService::restore(const RequestContext &context, OrganizationReliefRequest request) const
{
    auto act = [](Tx &tx, const ManagedOrganizationDto &before) -> Result<Changed> {
        return ManagedOrganizationStore::setStatus(
            tx,
            {.organization = before.id,
             .version = before.version,
             .from = {QStringLiteral("deleted")},
             .to = QLatin1String("active"),
             .deletedAfter = tx.context().now - restorableFor,
             .events = eventOf(tx.context(), EventType::OrganizationRestored, before.id, {{QStringLiteral("before"), before.status}})});
    };
    Measure measure{.organization = request.id, .ifMatch = request.ifMatch, .permission = Permission::OrganizationSuspend, .act = std::move(act)};
    co_return co_await carryOut(context, std::move(measure));
}

} // namespace aegis
