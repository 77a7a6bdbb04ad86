#include "server/auth/MailRequestStore.h"

namespace aegis {
namespace {

constexpr Sql addSql("insert into aegis.mail_request (id, kind, sealed, created_at, next_attempt_at) values ($1, $2, $3, $4, $4)");
constexpr Sql claimSql(R"(
    with due as materialized (select id from aegis.mail_request where next_attempt_at <= $1 order by next_attempt_at limit 1 for update skip locked)
    update aegis.mail_request m set attempts = m.attempts + 1, next_attempt_at = $1::timestamptz + $2::interval
    from due
    where m.id = due.id
    returning m.id, m.kind, m.sealed, m.created_at, m.attempts)");
constexpr Sql removeSql("delete from aegis.mail_request where id = $1 and attempts = $2");
constexpr Sql fulfilSql("select aegis.fulfil_mail_request($1, $2, $3, $4, $5, $6, $7, $8)");

} // namespace

Task<Result<void>> MailRequestStore::add(Database &database, const RequestContext &context, const MailRequestId &id, EmailToken::Kind kind,
                                         const QByteArray &sealed)
{
    Task<Result<Rows>> task = database.writeRows(context, addSql, id, emailTokenKindName(kind), Bytes{sealed}, context.now);
    CO_CHECK(co_await task);
    co_return Result<void>();
}

Result<std::optional<MailRequestStore::Claim>> MailRequestStore::claim(Tx &tx, std::chrono::milliseconds lease)
{
    TRY(const Rows rows, tx.finalQuery(claimSql, tx.context().now, std::chrono::microseconds(lease)));
    if (rows.isEmpty())
        return std::optional<Claim>();
    const Row row = rows.first();
    const bool isReset = row.get<QString>("kind") == emailTokenKindName(EmailToken::Kind::PasswordReset);
    return std::optional(Claim{.id = row.get<MailRequestId>("id"),
                               .kind = isReset ? EmailToken::Kind::PasswordReset : EmailToken::Kind::EmailVerification,
                               .sealed = row.get<QByteArray>("sealed"),
                               .createdAt = row.get<Instant>("created_at"),
                               .attempts = row.get<int>("attempts")});
}

Result<void> MailRequestStore::remove(Tx &tx, const Claim &claim)
{
    CHECK(tx.finalQuery(removeSql, claim.id, claim.attempts));
    return {};
}

Result<bool> MailRequestStore::fulfil(Tx &tx, const Claim &claim, const Fulfilment &f)
{
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, fulfilSql, claim.id, claim.attempts, f.user, f.most, tx.context().now, Json(f.token), Json(f.mail),
                         Json(f.events)));
    return row.get<bool>(0);
}

} // namespace aegis
