#include "server/organizations/SlugStore.h"

namespace aegis {
namespace {

constexpr Sql takenSql("select taken from aegis.taken_slugs($1) as taken");

} // namespace

Task<Result<QStringList>> SlugStore::taken(Database &database, const RequestContext &context, const QStringList &slugs)
{
    Task<Result<Rows>> task = database.readRows(context, takenSql, slugs);
    CO_TRY(const Rows rows, co_await task);
    QStringList taken;
    for (const Row row : rows)
        taken.append(row.get<QString>(0));
    co_return taken;
}

} // namespace aegis
