#include "server/oauth/TokenStateStore.h"

namespace aegis {
namespace {

constexpr Sql isCurrentSql(R"(
    select exists (
        select from aegis.refresh_token
        where tenant_id = $1 and session_id = $2 and user_id = $3 and generation = $4 and current_hash = $5 and expires_at > $6
          and aegis.is_session_usable(tenant_id, session_id)))");

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
