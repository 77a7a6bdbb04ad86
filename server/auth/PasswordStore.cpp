#include "server/auth/PasswordStore.h"

namespace aegis {
namespace {

constexpr Sql ofResetTokenSql(R"(
    select l.*, aegis.has_second_factor(l.user_id) as second_factor
    from aegis.email_token t join aegis."user" u on u.id = t.user_id and u.email = t.email and u.status <> 'suspended'
    cross join lateral aegis.login_lookup(u.email) l
    where t.user_id = $1 and t.token_hash = $2 and t.kind = 'password_reset' and t.used_at is null and t.expires_at > $3)");
constexpr Sql changeSql("select changed, ended::text[] from aegis.change_password($1, $2, $3, $4, $5, $6, $7, $8)");
constexpr Sql resetSql("select done, later::text[] from aegis.reset_password($1, $2, $3, $4, $5, $6, $7, $8)");

/// Of a row of whether it was done, and sessions.
std::optional<std::vector<SessionId>> sessionsIfDone(const Row &row)
{
    if (!row.get<bool>(0))
        return std::nullopt;
    std::vector<SessionId> sessions;
    for (const QString &id : row.get<QStringList>(1))
        sessions.push_back(SessionId(QUuid::fromString(id)));
    return sessions;
}

} // namespace

Task<Result<Account>> PasswordStore::ofPerson(Database &database, const RequestContext &context)
{
    using Found = std::optional<Account>;
    Task<Result<Found>> task = AccountStore::find(database, context, context.actor.user);
    CO_TRY(Found account, co_await task);
    if (!account)
        co_return ProblemCode::InvalidToken;
    co_return *std::move(account);
}

Task<Result<Account>> PasswordStore::ofResetToken(Database &database, const RequestContext &context, const EmailToken &token)
{
    Task<Result<Rows>> task = database.readRows(context, ofResetTokenSql, token.user, Bytes{token.hash}, context.now);
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::InvalidMailToken));
    co_return AccountStore::from(row);
}

Task<Result<std::optional<std::vector<SessionId>>>> PasswordStore::change(Database &database, const RequestContext &context, const Change &change)
{
    Task<Result<Rows>> task = database.writeRows(context, changeSql, change.user, Text{change.oldHash}, Text{change.newHash}, change.session,
                                                 context.now, change.revokedUntil, Json(change.mail), Json(change.events));
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::Internal));
    co_return sessionsIfDone(row);
}

Task<Result<std::optional<std::vector<SessionId>>>> PasswordStore::reset(Database &database, const RequestContext &context, const Reset &reset)
{
    Task<Result<Rows>> task = database.writeRows(context, resetSql, reset.token.user, Bytes{reset.token.hash}, Text{reset.newHash}, context.now,
                                                 makeUuid7(context.now), reset.revokedUntil, Json(reset.mail), Json(reset.events));
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::Internal));
    co_return sessionsIfDone(row);
}

} // namespace aegis
