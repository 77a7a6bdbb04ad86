#include "server/organizations/SlugStore.h"

namespace aegis {
namespace {

constexpr Sql takenSql("select taken from aegis.taken_slugs($1) as taken");

} // namespace

Result<QStringList> SlugStore::taken(Tx &tx, const QStringList &slugs)
{
    TRY(const Rows rows, tx.finalQuery(takenSql, slugs));
    QStringList taken;
    for (const Row row : rows)
        taken.append(row.get<QString>(0));
    return taken;
}

} // namespace aegis
