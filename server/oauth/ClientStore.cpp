#include "server/oauth/ClientStore.h"

namespace aegis {
namespace {

constexpr Sql addSql(R"(
    insert into aegis.client (id, name, organization_id, secret_hash, created_at) values ($1, $2, $3, $4, $5)
    on conflict (name) where revoked_at is null do nothing)");
constexpr Sql allSql("select id, name, organization_id, secret_hash, created_at, revoked_at from aegis.client order by id");
constexpr Sql revokeSql("update aegis.client set revoked_at = $2 where id = $1 and revoked_at is null returning name");
constexpr Sql organizationOfSql("select aegis.organization_of_slug($1)");
constexpr Sql findSql(R"(
    select id, name, organization_id, secret_hash, created_at, revoked_at from aegis.client where id = $1 and revoked_at is null)");

ClientRow clientFrom(const Row &row)
{
    return {.id = row.get<ClientId>(0),
            .name = row.get<QString>(1),
            .organization = row.get<std::optional<OrganizationId>>(2).value_or(OrganizationId()),
            .secretHash = row.get<QByteArray>(3),
            .createdAt = row.get<Instant>(4),
            .revokedAt = row.get<std::optional<Instant>>(5)};
}

} // namespace

Result<void> ClientStore::add(Tx &tx, const ClientRow &client)
{
    TRY(const Rows rows, tx.query(addSql, client.id, client.name, orNull(client.organization), Bytes{client.secretHash}, client.createdAt));
    if (rows.affected() == 0)
        return Problem(ProblemCode::Conflict, QStringLiteral("there is a client of that name; revoke it first, or take another name"));
    return {};
}

Result<std::vector<ClientRow>> ClientStore::all(Tx &tx)
{
    TRY(const Rows rows, tx.query(allSql));
    std::vector<ClientRow> clients;
    for (const Row row : rows)
        clients.push_back(clientFrom(row));
    return clients;
}

Result<QString> ClientStore::revoke(Tx &tx, const ClientId &client)
{
    TRY(const Row row, tx.queryOne(ProblemCode::NotFound, revokeSql, client, tx.context().now));
    return row.get<QString>(0);
}

Result<std::optional<OrganizationId>> ClientStore::organizationOf(Tx &tx, const QString &slug)
{
    TRY(const Rows rows, tx.query(organizationOfSql, slug));
    return rows.first().get<std::optional<OrganizationId>>(0);
}

Task<Result<std::optional<ClientRow>>> ClientStore::find(Database &database, const RequestContext &context, const ClientId &client)
{
    Task<Result<Rows>> task = database.readRows(context, findSql, client);
    CO_TRY(const Rows rows, co_await task);
    std::optional<ClientRow> found;
    if (!rows.isEmpty())
        found = clientFrom(rows.first());
    co_return found;
}

} // namespace aegis
