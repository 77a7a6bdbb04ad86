#include "server/replay/UserAsOfStore.h"

#include "server/replay/AsOfKnowledge.h"

namespace aegis {
namespace {

// The types are those of the index event_of_subject that are about people.
constexpr Sql spanSql(R"(
    select min(e.occurred_at), min(e.occurred_at) filter (where e.type = 'UserCreated')
    from aegis.told_event e
    where e.subject_id = $1
      and e.type in ('UserCreated', 'EmailVerified', 'UserAccountLocked', 'UserAccountUnlocked', 'UserSuspended', 'UserReactivated',
                     'PlatformRoleGranted', 'PlatformRoleRevoked', 'UserRoleCreated', 'UserRoleRevoked', 'MembershipEnded'))");
constexpr Sql thenSql(R"(
    select u.status, u.locked_until, case when u.is_verification_known then u.email_verified_at is not null end, u.managed_by
    from aegis.replayed_users($2, $1) u)");
constexpr Sql membershipsThenSql(R"(
    select m.organization_id, array_agg(m.role order by m.role) from aegis.replayed_memberships($2, $3, $1) m group by 1 order by 1)");
constexpr Sql platformRolesThenSql("select coalesce(array_agg(p.role order by p.role), '{}') from aegis.replayed_platform_roles($2, $1) p");

#define USER_NOW(every) "select u.status, u.locked_until, u.email_verified_at is not null, u.managed_by from aegis." every "user u where u.id = $1"
#define MEMBERSHIPS_NOW(every)                                                                                      \
    "select m.organization_id, array_agg(r.name order by r.name) from aegis." every "user_role m join aegis." every \
    "organization_role r on r.organization_id = m.organization_id and r.id = m.role_id "                            \
    "where m.user_id = $1 and ($2::uuid is null or m.organization_id = $2) group by 1 order by 1"
constexpr Sql nowSql(USER_NOW(""));
constexpr Sql nowAnywhereSql(USER_NOW("every_"));
constexpr Sql membershipsNowSql(MEMBERSHIPS_NOW(""));
constexpr Sql membershipsNowAnywhereSql(MEMBERSHIPS_NOW("every_"));
constexpr Sql platformRolesNowSql("select coalesce(array_agg(p.role order by p.role), '{}') from aegis.every_platform_role p where p.user_id = $1");

void takeAccount(UserStateDto &state, const Row &row)
{
    state.status = row.get<std::optional<QString>>(0);
    state.lockedUntil = row.get<std::optional<Instant>>(1);
    state.emailVerified = row.get<std::optional<bool>>(2);
    state.managedBy = row.get<std::optional<OrganizationId>>(3);
}

void takeMemberships(UserStateDto &state, const Rows &rows)
{
    for (const Row row : rows)
        state.memberships.push_back({.organization = row.get<OrganizationId>(0), .roles = row.get<QStringList>(1)});
}

/// null with a role of the platform: everywhere.
std::optional<OrganizationId> placeOf(Tx &tx, const AdminScopeStore &scope)
{
    return scope.isEverywhere() ? std::nullopt : std::optional(tx.context().tenant.organization);
}

Result<UserStateDto> stateThen(Tx &tx, const AdminScopeStore &scope, const UserId &user, Instant time)
{
    UserStateDto state;
    TRY(const Rows account, tx.query(thenSql, user, time));
    if (!account.isEmpty())
        takeAccount(state, account.first());
    TRY(const Rows memberships, tx.query(membershipsThenSql, user, time, placeOf(tx, scope)));
    takeMemberships(state, memberships);
    if (scope.isEverywhere()) {
        TRY(const Rows roles, tx.query(platformRolesThenSql, user, time));
        state.platformRoles = roles.first().get<QStringList>(0);
    }
    return state;
}

Result<std::optional<UserStateDto>> stateNow(Tx &tx, const AdminScopeStore &scope, const UserId &user)
{
    TRY(const Rows account, tx.query(scope.isEverywhere() ? nowAnywhereSql : nowSql, user));
    if (account.isEmpty())
        return std::optional<UserStateDto>();
    UserStateDto state;
    takeAccount(state, account.first());
    TRY(const Rows memberships, tx.query(scope.isEverywhere() ? membershipsNowAnywhereSql : membershipsNowSql, user, placeOf(tx, scope)));
    takeMemberships(state, memberships);
    if (scope.isEverywhere()) {
        TRY(const Rows roles, tx.query(platformRolesNowSql, user));
        state.platformRoles = roles.first().get<QStringList>(0);
    }
    return std::optional(std::move(state));
}

} // namespace

Result<UserAsOfResponse> UserAsOfStore::get(Tx &tx, const AdminScopeStore &scope, const UserId &user, Instant time)
{
    UserAsOfResponse response{.asOf = time, .known = {}, .firstEventAt = {}, .state = {}, .now = {}, .differences = {}};
    TRY(response.now, stateNow(tx, scope, user));
    TRY(const Row span, tx.queryOne(ProblemCode::Internal, spanSql, user));
    response.firstEventAt = span.get<std::optional<Instant>>(0);
    if (!response.now && !response.firstEventAt)
        return ProblemCode::NotFound;
    response.known = knowledgeOf(time, response.firstEventAt, span.get<std::optional<Instant>>(1));
    if (tellsAState(response.known)) {
        TRY(response.state, stateThen(tx, scope, user, time));
    }
    return response;
}

} // namespace aegis
