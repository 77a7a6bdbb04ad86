#include "server/oauth/TokenStateStore.h"

namespace aegis {
namespace {

constexpr Sql isCurrentSql(R"(
    select exists (
        select from aegis.refresh_token r
        join aegis.session s on s.tenant_id = r.tenant_id and s.id = r.session_id and s.ended_at is null
        join aegis."user" u on u.id = s.user_id and u.status = 'active'
        where r.tenant_id = $1 and r.session_id = $2 and r.user_id = $3 and r.generation = $4 and r.current_hash = $5 and r.expires_at > $6
          and (s.organization_id is null
               or exists (select from aegis.organization g where g.id = s.organization_id and g.status = 'active')))");

constexpr Sql revokeSql("select aegis.revoke_access_token($1, $2, $3, $4)");

} // namespace

Task<Result<bool>> TokenStateStore::isCurrent(Database &database, const RequestContext &context, const RefreshTokenFacts &facts,
                                              const QByteArray &hash)
{
    Task<Result<Rows>> task = database.readRows(context, isCurrentSql, facts.tenant().owner(), facts.session, facts.user, facts.generation,
                                                Bytes{hash}, context.now);
    CO_TRY(const Rows rows, co_await task);
    co_return rows.first().get<bool>(0);
}

Task<Result<bool>> TokenStateStore::revoke(Database &database, const RequestContext &context, const TokenId &token, Instant revokedUntil,
                                           const QByteArray &events)
{
    Task<Result<Rows>> task = database.writeRows(context, revokeSql, token, context.now, revokedUntil, Json(events));
    CO_TRY(const Rows rows, co_await task);
    co_return rows.first().get<bool>(0);
}

} // namespace aegis
