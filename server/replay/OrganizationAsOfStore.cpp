#include "server/replay/OrganizationAsOfStore.h"

#include "server/replay/AsOfKnowledge.h"

namespace aegis {
namespace {

// The types are those of the index event_of_subject that are about organizations.
constexpr Sql spanSql(R"(
    select min(e.occurred_at), min(e.occurred_at) filter (where e.type = 'OrganizationCreated')
    from aegis.told_event e
    where e.subject_id = $1
      and e.type in ('OrganizationCreated', 'OrganizationActivated', 'OrganizationUpdated', 'OrganizationSuspended', 'OrganizationReactivated',
                     'OrganizationDeleted', 'OrganizationRestored', 'OrganizationSignupExpired'))");
constexpr Sql thenSql("select o.name, o.slug, o.status, o.deleted_at from aegis.replayed_organizations($2, $1) o");
constexpr Sql membersThenSql(R"(
    select m.user_id, array_agg(m.role order by m.role), count(*) over ()
    from aegis.replayed_memberships($2, $1, null) m group by 1 order by 1 limit 1000)");

#define ORGANIZATION_NOW(every)                                                                          \
    "select d.name, o.slug, o.status, o.deleted_at from aegis." every "organization o join aegis." every \
    "organization_details d on d.organization_id = o.id where o.id = $1"
#define MEMBERS_NOW(every)                                                                                                    \
    "select m.user_id, array_agg(r.name order by r.name), count(*) over () from aegis." every "user_role m join aegis." every \
    "organization_role r on r.organization_id = m.organization_id and r.id = m.role_id where m.organization_id = $1 "         \
    "group by 1 order by 1 limit 1000"
constexpr Sql nowSql(ORGANIZATION_NOW(""));
constexpr Sql nowAnywhereSql(ORGANIZATION_NOW("every_"));
constexpr Sql membersNowSql(MEMBERS_NOW(""));
constexpr Sql membersNowAnywhereSql(MEMBERS_NOW("every_"));

OrganizationStateDto stateOf(const Row &row, const Rows &members)
{
    OrganizationStateDto state{.name = row.get<std::optional<QString>>(0),
                               .slug = row.get<std::optional<QString>>(1),
                               .status = row.get<std::optional<QString>>(2),
                               .deletedAt = row.get<std::optional<Instant>>(3),
                               .memberCount = members.isEmpty() ? 0 : members.first().get<qint64>(2),
                               .members = {}};
    for (const Row member : members)
        state.members.push_back({.user = member.get<UserId>(0), .roles = member.get<QStringList>(1)});
    return state;
}

} // namespace

Result<OrganizationAsOfResponse> OrganizationAsOfStore::get(Tx &tx, const AdminScopeStore &scope, const OrganizationId &organization, Instant time)
{
    OrganizationAsOfResponse response{.asOf = time, .known = {}, .firstEventAt = {}, .state = {}, .now = {}, .differences = {}};
    TRY(const Rows now, tx.query(scope.isEverywhere() ? nowAnywhereSql : nowSql, organization));
    if (!now.isEmpty()) {
        TRY(const Rows members, tx.query(scope.isEverywhere() ? membersNowAnywhereSql : membersNowSql, organization));
        response.now = stateOf(now.first(), members);
    }
    TRY(const Row span, tx.queryOne(ProblemCode::Internal, spanSql, organization));
    response.firstEventAt = span.get<std::optional<Instant>>(0);
    if (!response.now && !response.firstEventAt)
        return ProblemCode::NotFound;
    response.known = knowledgeOf(time, response.firstEventAt, span.get<std::optional<Instant>>(1));
    if (tellsAState(response.known)) {
        TRY(const Rows then, tx.query(thenSql, organization, time));
        TRY(const Rows members, tx.query(membersThenSql, organization, time));
        if (!then.isEmpty()) // a signup that was removed is none any more
            response.state = stateOf(then.first(), members);
    }
    return response;
}

} // namespace aegis
