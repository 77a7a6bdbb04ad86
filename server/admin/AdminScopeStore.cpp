#include "server/admin/AdminScopeStore.h"

namespace aegis {
namespace {

constexpr Sql enterSql("select set_config('app.platform_actor', $1, true)");

} // namespace

Result<void> AdminScopeStore::enter(Tx &tx) const
{
    if (m_reach == Reach::Nowhere)
        return ProblemCode::Forbidden;
    if (m_reach == Reach::Everywhere) {
        TRY(const Rows rows, tx.query(enterSql, Text{m_actor.text()}));
        static_cast<void>(rows);
    }
    return {};
}

} // namespace aegis
