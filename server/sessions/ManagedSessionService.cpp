#include "server/sessions/ManagedSessionService.h"

#include "server/crypto/Base64.h"
#include "server/crypto/Digest.h"
#include "server/events/EventBatch.h"

#include <QtCore/QSet>

namespace aegis {
namespace {

using Open = ManagedSessionStore::Open;

constexpr int mostAtOnce = 10'000;
constexpr std::size_t rowsATime = 1'000; ///< of one statement

/// A revocation of each, written in the tenant that the session is in. A JSON array.
QByteArray eventsOf(const RequestContext &context, std::span<const Open> sessions)
{
    QByteArray all("[");
    for (const Open &one : sessions) {
        const RequestContext inTenant = context.withTenant({.organization = one.organization, .user = one.user});
        EventBatch events(inTenant);
        events.add({.type = EventType::RefreshTokenRevoked,
                    .subject = one.session.uuid(),
                    .payload = {{QStringLiteral("reason"), QStringLiteral("administrator")}},
                    .session = one.session});
        const QByteArray json = events.json();
        all.append(all.size() > 1 ? "," : "").append(json.mid(1, json.size() - 2));
    }
    return all + ']';
}

/// What stands for exactly these sessions.
SessionRevocationPlan planOf(const RequestContext &context, const std::vector<Open> &sessions)
{
    SessionRevocationPlan plan;
    QSet<UserId> users;
    QSet<OrganizationId> organizations;
    QByteArray ids;
    for (const Open &one : sessions) {
        users.insert(one.user);
        if (!one.organization.isNil())
            organizations.insert(one.organization);
        plan.includesOwn = plan.includesOwn || one.session == context.actor.session;
        ids.append(one.session.uuid().toRfc4122());
    }
    plan.sessions = static_cast<qint64>(sessions.size());
    plan.users = users.size();
    plan.organizations = organizations.size();
    plan.plan = QString::fromLatin1(base64Url(sha256(ids)));
    return plan;
}

Problem wrong(const char *field, FieldCode code, const QString &message)
{
    return Problem(ProblemCode::ValidationFailed).withField({QString::fromLatin1(field), code, message});
}

} // namespace

Task<Result<ManagedSessionPage>> ManagedSessionService::list(const RequestContext &context, ListPageRequest request) const
{
    auto read = [scope = AdminScopeStore::of(context, Permission::SessionRead), request = std::move(request)](Tx &tx) -> Result<ManagedSessionPage> {
        CHECK(scope.enter(tx));
        return ManagedSessionStore::list(tx, scope, request);
    };
    co_return co_await m_database.read<ManagedSessionPage>(context, std::move(read));
}

Task<Result<ManagedSessionResponse>> ManagedSessionService::revoke(const RequestContext &context, ManagedSessionRequest request) const
{
    Task<Result<std::optional<ManagedSessionResponse>>> asking = m_calls.earlierAnswer<ManagedSessionResponse>(context);
    CO_TRY(std::optional<ManagedSessionResponse> earlier, co_await asking);
    if (earlier)
        co_return *std::move(earlier);
    auto work = [this, scope = AdminScopeStore::of(context, Permission::SessionRevoke), id = request.id](Tx &tx) -> Result<ManagedSessionResponse> {
        CHECK(scope.enter(tx));
        TRY(const Open open, ManagedSessionStore::open(tx, scope, id));
        TRY(const std::vector<SessionId> ended, revokeAll(tx, {open}));
        if (ended.empty())
            return ProblemCode::NotFound;
        TRY(ManagedSessionDto session, ManagedSessionStore::get(tx, scope, id));
        return ManagedSessionResponse{.session = std::move(session)};
    };
    Task<Result<ManagedSessionResponse>> writing = m_calls.write<ManagedSessionResponse>(context, context, std::move(work));
    CO_TRY(ManagedSessionResponse response, co_await writing);
    announce(context, {request.id});
    co_return response;
}

Task<Result<SessionRevocationPlan>> ManagedSessionService::revokeMatching(const RequestContext &context, SessionRevocationRequest request) const
{
    const bool isDry = request.dryRun.value_or(false);
    if (!isDry && !request.plan)
        co_return wrong("plan", FieldCode::Required, QStringLiteral("Ask with `dryRun` first, and give the plan that it answers."));
    Task<Result<std::optional<SessionRevocationPlan>>> asking = m_calls.earlierAnswer<SessionRevocationPlan>(context);
    CO_TRY(std::optional<SessionRevocationPlan> earlier, co_await asking);
    if (earlier)
        co_return *std::move(earlier);
    std::vector<SessionId> ended;
    auto work = [&, scope = AdminScopeStore::of(context, Permission::SessionRevoke)](Tx &tx) -> Result<SessionRevocationPlan> {
        ended.clear(); // it may run again
        CHECK(scope.enter(tx));
        TRY(const std::vector<Open> sessions, ManagedSessionStore::openMatching(tx, scope, request.filter, mostAtOnce + 1));
        if (sessions.size() > mostAtOnce)
            return wrong("filter", FieldCode::Range, QStringLiteral("It takes more than %1 sessions: say it more narrowly.").arg(mostAtOnce));
        SessionRevocationPlan plan = planOf(context, sessions);
        if (isDry)
            return plan;
        if (plan.plan != *request.plan)
            return Problem(ProblemCode::Conflict, QStringLiteral("These are other sessions than those of the plan.")).withCurrent(encode(plan));
        TRY(ended, revokeAll(tx, sessions));
        plan.carriedOut = true;
        return plan;
    };
    Task<Result<SessionRevocationPlan>> writing = m_calls.write<SessionRevocationPlan>(context, context, work);
    CO_TRY(SessionRevocationPlan plan, co_await writing);
    announce(context, ended);
    co_return plan;
}

Result<std::vector<SessionId>> ManagedSessionService::revokeAll(Tx &tx, const std::vector<Open> &sessions) const
{
    const Instant until = m_tokens.accessEndsBy(tx.context().now);
    std::vector<SessionId> all;
    for (std::size_t begin = 0; begin < sessions.size(); begin += rowsATime) {
        const auto first = sessions.begin() + static_cast<std::ptrdiff_t>(begin);
        const std::vector<Open> some(first, first + static_cast<std::ptrdiff_t>(std::min(rowsATime, sessions.size() - begin)));
        TRY(const std::vector<SessionId> ended, ManagedSessionStore::revoke(tx, some, until, eventsOf(tx.context(), some)));
        all.insert(all.end(), ended.begin(), ended.end());
    }
    return all;
}

Result<std::vector<SessionId>> ManagedSessionService::revokeOfMember(Tx &tx, const UserId &user) const
{
    TRY(const std::vector<Open> sessions, ManagedSessionStore::openOfMember(tx, user));
    return revokeAll(tx, sessions);
}

void ManagedSessionService::announce(const RequestContext &context, const std::vector<SessionId> &ended) const
{
    for (const SessionId &session : ended)
        m_revocations.revoke(Revocation::ofSession(session, context.now, m_tokens.accessEndsBy(context.now)));
}

} // namespace aegis
