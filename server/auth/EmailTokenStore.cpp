#include "server/auth/EmailTokenStore.h"

namespace aegis {
namespace {

constexpr Sql removeExpiredSql(R"(
    delete from aegis.email_token where (user_id, token_hash) in (
        select user_id, token_hash from aegis.email_token where expires_at <= least($1, now()) - interval '1 hour' limit $2))");

} // namespace

Result<qint64> EmailTokenStore::removeExpired(Tx &tx, int most)
{
    TRY(const Rows rows, tx.finalQuery(removeExpiredSql, tx.context().now, most));
    return rows.affected();
}

} // namespace aegis
