#include "server/auth/PasswordCostStore.h"

namespace aegis {
namespace {

constexpr Sql sharesSql("select * from aegis.password_costs()");

} // namespace

Result<std::vector<PasswordCostStore::Share>> PasswordCostStore::shares(Tx &tx)
{
    TRY(const Rows rows, tx.finalQuery(sharesSql));
    std::vector<Share> shares;
    for (const Row row : rows)
        shares.push_back({row.get<std::optional<QByteArray>>(0).value_or(QByteArray()), row.get<qint64>(1)});
    return shares;
}

} // namespace aegis
