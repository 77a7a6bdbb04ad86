#include "server/mail/MailOutboxStore.h"

namespace aegis {
namespace {

constexpr Sql claimSql(R"(
    with due as materialized (
        select tenant_id, id from aegis.mail_outbox where next_attempt_at <= $1 order by next_attempt_at limit 1 for update skip locked)
    update aegis.mail_outbox m set attempts = m.attempts + 1, next_attempt_at = $1::timestamptz + $2::interval
    from due
    where m.tenant_id = due.tenant_id and m.id = due.id
    returning m.tenant_id, m.id, m.kind, m.language, m.sealed, m.created_at, m.expires_at, m.attempts)");
constexpr Sql removeSql("delete from aegis.mail_outbox where tenant_id = $1 and id = $2 and attempts = $3");
constexpr Sql postponeSql("update aegis.mail_outbox set next_attempt_at = $4 where tenant_id = $1 and id = $2 and attempts = $3");
constexpr Sql removeExpiredSql(R"(
    delete from aegis.mail_outbox where (tenant_id, id) in (
        select tenant_id, id from aegis.mail_outbox where expires_at <= least($1, now()) - interval '1 day' limit $2 for update skip locked))");
constexpr Sql backlogSql("select count(*), min(created_at) from aegis.mail_outbox");

} // namespace

Result<std::optional<MailOutboxStore::Claim>> MailOutboxStore::claim(Tx &tx, std::chrono::milliseconds lease)
{
    TRY(const Rows rows, tx.finalQuery(claimSql, tx.context().now, std::chrono::microseconds(lease)));
    if (rows.isEmpty())
        return std::optional<Claim>();
    const Row row = rows.first();
    return std::optional(Claim{.tenant = row.get<TenantId>("tenant_id"),
                               .id = row.get<MailId>("id"),
                               .kind = row.get<QString>("kind"),
                               .language = row.get<QByteArray>("language"),
                               .sealed = row.get<QByteArray>("sealed"),
                               .createdAt = row.get<Instant>("created_at"),
                               .expiresAt = row.get<Instant>("expires_at"),
                               .attempts = row.get<int>("attempts")});
}

Result<bool> MailOutboxStore::remove(Tx &tx, const Claim &claim)
{
    TRY(const Rows rows, tx.finalQuery(removeSql, claim.tenant, claim.id, claim.attempts));
    return rows.affected() == 1;
}

Result<bool> MailOutboxStore::postpone(Tx &tx, const Claim &claim, Instant nextAttemptAt)
{
    TRY(const Rows rows, tx.finalQuery(postponeSql, claim.tenant, claim.id, claim.attempts, nextAttemptAt));
    return rows.affected() == 1;
}

Result<qint64> MailOutboxStore::removeExpired(Tx &tx, int most)
{
    TRY(const Rows rows, tx.finalQuery(removeExpiredSql, tx.context().now, most));
    return rows.affected();
}

Result<MailOutboxStore::Backlog> MailOutboxStore::backlog(Tx &tx)
{
    TRY(const Row row, tx.finalQueryOne(ProblemCode::Internal, backlogSql));
    return Backlog{.mails = row.get<qint64>(0), .oldest = row.get<std::optional<Instant>>(1)};
}

} // namespace aegis
