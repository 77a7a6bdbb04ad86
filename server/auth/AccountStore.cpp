#include "server/auth/AccountStore.h"

#include "server/users/DtoRows.h"

namespace aegis {
namespace {

constexpr Sql findSql("select l.*, aegis.has_second_factor(l.user_id) as second_factor from aegis.login_lookup($1) l");
constexpr Sql findOwnSql(R"(
    select l.*, aegis.has_second_factor(l.user_id) as second_factor from aegis."user" u, aegis.login_lookup(u.email) l where u.id = $1)");
constexpr Sql addSql("select aegis.register_person($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
constexpr Sql addWithMailSql("select aegis.register_person_with_mail($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
constexpr Sql completeLoginSql("select aegis.complete_login($1, $2, $3, $4, $5, $6)");

std::optional<Json> jsonOrNull(const QJsonObject &row)
{
    return row.isEmpty() ? std::nullopt : std::optional(Json(row));
}

std::optional<Account> accountIn(const Rows &rows)
{
    return rows.isEmpty() ? std::nullopt : std::optional(AccountStore::from(rows.first()));
}

} // namespace

Account AccountStore::from(const Row &row)
{
    Account account;
    account.user = userFrom(row, row.get<UserId>("user_id"));
    account.organization = organizationFrom(row);
    account.roles = row.get<QStringList>("roles");
    account.passwordHash = row.get<std::optional<QByteArray>>("password_hash").value_or(QByteArray());
    account.hasSecondFactor = row.get<bool>("second_factor");
    return account;
}

Task<Result<std::optional<Account>>> AccountStore::find(Database &database, const RequestContext &context, const EmailAddress &email)
{
    Task<Result<Rows>> task = database.readRows(context, findSql, email.text());
    CO_TRY(const Rows rows, co_await task);
    co_return accountIn(rows);
}

Task<Result<std::optional<Account>>> AccountStore::find(Database &database, const RequestContext &context, const UserId &user)
{
    Task<Result<Rows>> task = database.readRows(context, findOwnSql, user);
    CO_TRY(const Rows rows, co_await task);
    co_return accountIn(rows);
}

Result<std::optional<Account>> AccountStore::find(Tx &tx, const EmailAddress &email)
{
    TRY(const Rows rows, tx.finalQuery(findSql, email.text()));
    return accountIn(rows);
}

Task<Result<bool>> AccountStore::add(Database &database, const RequestContext &context, const Registration &r)
{
    const Json user(r.user), profile(r.profile), session(r.session), refreshToken(r.refreshToken), events(r.events);
    const auto key = jsonOrNull(r.idempotencyKey), organization = jsonOrNull(r.organization), details = jsonOrNull(r.details);
    const auto role = jsonOrNull(r.role), membership = jsonOrNull(r.membership);
    Task<Result<Rows>> task = r.mail.isEmpty()
        ? database.writeRows(context, addSql, key, organization, details, user, profile, role, membership, session, refreshToken, events)
        : database.writeRows(context, addWithMailSql, key, organization, details, user, profile, role, membership, session, refreshToken, events,
                             Json(r.emailToken), Json(r.mail));
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::Internal));
    co_return row.get<bool>(0);
}

Result<void> AccountStore::add(Tx &tx, const Registration &r)
{
    const std::optional<Json> none;
    TRY(const Row row,
        tx.queryOne(ProblemCode::Internal, addSql, none, jsonOrNull(r.organization), jsonOrNull(r.details), Json(r.user), Json(r.profile),
                    jsonOrNull(r.role), jsonOrNull(r.membership), Json(r.session), Json(r.refreshToken), Json(r.events)));
    static_cast<void>(row);
    return {};
}

Task<Result<bool>> AccountStore::completeLogin(Database &database, const RequestContext &context, const Login &login)
{
    const auto renewed = login.newPasswordHash.isEmpty() ? std::nullopt : std::optional(Text{login.newPasswordHash});
    Task<Result<Rows>> task = database.writeRows(context, completeLoginSql, login.user, Text{login.passwordHash}, renewed, Json(login.session),
                                                 Json(login.refreshToken), Json(login.events));
    CO_TRY(const Row row, rowOf(co_await task, ProblemCode::Internal));
    co_return row.get<bool>(0);
}

} // namespace aegis
