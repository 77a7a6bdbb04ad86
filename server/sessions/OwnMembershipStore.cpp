#include "server/sessions/OwnMembershipStore.h"

#include "server/users/DtoRows.h"

namespace aegis {
namespace {

constexpr Sql allSql("select * from aegis.own_memberships()");
constexpr Sql personSql(R"(
    select u.email, u.status as user_status, u.email_verified_at is not null as email_verified, p.first_name, p.last_name,
           u.created_at as user_created_at
    from aegis."user" u left join aegis.user_profile p on p.user_id = u.id where u.id = $1)");
constexpr Sql sessionSql(R"(
    select s.auth_methods, s.auth_time, s.expires_at from aegis.session s where s.user_id = $1 and s.id = $2 and s.ended_at is null)");
constexpr Sql switchSql("select aegis.switch_session($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");

} // namespace

Result<std::vector<OwnMembershipDto>> OwnMembershipStore::all(Tx &tx)
{
    TRY(const Rows rows, tx.query(allSql));
    std::vector<OwnMembershipDto> memberships;
    for (const Row row : rows) {
        auto organization = organizationFrom(row);
        if (organization)
            memberships.push_back(
                {.organization = *std::move(organization), .roles = row.get<QStringList>("roles"), .joinedAt = row.get<Instant>("joined_at")});
    }
    return memberships;
}

Result<UserDto> OwnMembershipStore::person(Tx &tx, const UserId &user)
{
    TRY(const Row row, tx.queryOne(ProblemCode::InvalidToken, personSql, user));
    return userFrom(row, user);
}

Result<std::optional<OwnMembershipStore::Session>> OwnMembershipStore::session(Tx &tx, const UserId &user, const SessionId &session)
{
    TRY(const Rows rows, tx.query(sessionSql, user, session));
    if (rows.isEmpty())
        return std::optional<Session>();
    const Row row = rows.first();
    return std::optional(Session{.auth = {.methods = row.get<QStringList>("auth_methods"), .time = row.get<Instant>("auth_time")},
                                 .expiresAt = row.get<Instant>("expires_at")});
}

Result<OwnMembershipStore::Outcome> OwnMembershipStore::switchSession(Tx &tx, const Switch &change)
{
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, switchSql, change.old, change.session, change.user, Bytes{change.hash}, change.methods,
                    Json(change.newSession), Json(change.refreshToken), tx.context().now, change.revokedUntil, Json(change.endEvents),
                    Json(change.events)));
    const QString outcome = row.get<QString>(0);
    if (outcome == QLatin1String("done"))
        return Outcome::Done;
    if (outcome == QLatin1String("stale"))
        return Outcome::Stale;
    return outcome == QLatin1String("not_member") ? Outcome::NotMember : Outcome::Ended;
}

} // namespace aegis
