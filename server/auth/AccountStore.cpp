#include "server/auth/AccountStore.h"

#include "server/users/DtoRows.h"

namespace aegis {
namespace {

constexpr Sql findSql("select * from aegis.login_lookup($1)");
constexpr Sql addSql("select aegis.register_person($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
constexpr Sql completeLoginSql("select aegis.complete_login($1, $2, $3, $4, $5, $6)");

std::optional<Json> jsonOrNull(const QJsonObject &row)
{
    return row.isEmpty() ? std::nullopt : std::optional(Json(row));
}

} // namespace

Result<std::optional<Account>> AccountStore::find(Tx &tx, const EmailAddress &email)
{
    TRY(const Rows rows, tx.finalQuery(findSql, email.text()));
    if (rows.isEmpty())
        return std::optional<Account>();
    const Row row = rows.first();
    Account account;
    account.user = userFrom(row, row.get<UserId>("user_id"));
    account.organization = organizationFrom(row);
    account.roles = row.get<QStringList>("roles");
    account.passwordHash = row.get<std::optional<QByteArray>>("password_hash").value_or(QByteArray());
    return std::optional(std::move(account));
}

Result<bool> AccountStore::add(Tx &tx, const Registration &r)
{
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, addSql, jsonOrNull(r.idempotencyKey), jsonOrNull(r.organization), jsonOrNull(r.details), Json(r.user),
                         Json(r.profile), jsonOrNull(r.role), jsonOrNull(r.membership), Json(r.session), Json(r.refreshToken), Json(r.events)));
    return row.get<bool>(0);
}

Result<bool> AccountStore::completeLogin(Tx &tx, const Login &login)
{
    const auto renewed = login.newPasswordHash.isEmpty() ? std::nullopt : std::optional(Text{login.newPasswordHash});
    TRY(const Row row,
        tx.finalQueryOne(ProblemCode::Internal, completeLoginSql, login.user, Text{login.passwordHash}, renewed, Json(login.session),
                         Json(login.refreshToken), Json(login.events)));
    return row.get<bool>(0);
}

} // namespace aegis
