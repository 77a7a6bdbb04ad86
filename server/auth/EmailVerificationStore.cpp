#include "server/auth/EmailVerificationStore.h"

namespace aegis {
namespace {

constexpr Sql ofTokenSql(R"(
    select u.email, u.managed_by from aegis.email_token t join aegis."user" u on u.id = t.user_id and u.email = t.email
    where t.user_id = $1 and t.token_hash = $2 and t.kind = 'email_verification' and t.used_at is null and t.expires_at > $3)");
constexpr Sql managingSql("select managed_by from aegis.\"user\" where id = $1");
constexpr Sql activateSql("select aegis.activate_organization($1, $2, $3, $4)");
constexpr Sql verifySql("select aegis.verify_email($1, $2, $3, $4, $5, $6)");

} // namespace

Task<Result<EmailVerificationStore::Target>> EmailVerificationStore::ofToken(Database &database, const RequestContext &context,
                                                                             const EmailToken &token)
{
    Task<Result<Rows>> task = database.readRows(context, ofTokenSql, token.user, Bytes{token.hash}, context.now);
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::InvalidMailToken));
    co_return Target{.email = row.get<QString>(0), .organization = row.get<std::optional<OrganizationId>>(1).value_or(OrganizationId())};
}

Task<Result<bool>> EmailVerificationStore::verify(Database &database, const RequestContext &context, const Verification &v)
{
    Task<Result<Rows>> task = database.writeRows(context, verifySql, v.token.user, Bytes{v.token.hash}, orNull(v.organization), context.now,
                                                 Json(v.events), Json(v.activationEvents));
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::Internal));
    co_return row.get<bool>(0);
}

Task<Result<OrganizationId>> EmailVerificationStore::managing(Database &database, const RequestContext &context)
{
    Task<Result<Rows>> task = database.readRows(context, managingSql, context.tenant.user);
    CO_TRY(const Rows rows, co_await task);
    co_return rows.isEmpty() ? OrganizationId() : rows.first().get<std::optional<OrganizationId>>(0).value_or(OrganizationId());
}

Task<Result<bool>> EmailVerificationStore::activate(Database &database, const RequestContext &context, const QByteArray &events)
{
    Task<Result<Rows>> task = database.writeRows(context, activateSql, context.tenant.user, context.tenant.organization, context.now, Json(events));
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::Internal));
    co_return row.get<bool>(0);
}

} // namespace aegis
