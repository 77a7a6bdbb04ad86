#include "server/users/ImportStore.h"

namespace aegis {
namespace {

constexpr Sql placeSql("select organization_id, role_id from aegis.import_place($1, $2)");
constexpr Sql addSql("select stored from aegis.import_users($1)");

} // namespace

Result<std::optional<ImportStore::Place>> ImportStore::place(Tx &tx, const QString &slug, const QString &role)
{
    TRY(const Rows rows, tx.finalQuery(placeSql, slug, role));
    if (rows.isEmpty())
        return std::optional<Place>();
    return std::optional(Place{.organization = rows.first().get<OrganizationId>(0), .role = rows.first().get<RoleId>(1)});
}

Result<std::vector<bool>> ImportStore::add(Tx &tx, const QByteArray &people)
{
    TRY(const Rows rows, tx.finalQuery(addSql, Json(people)));
    std::vector<bool> stored;
    for (const Row row : rows)
        stored.push_back(row.get<bool>(0));
    return stored;
}

} // namespace aegis
