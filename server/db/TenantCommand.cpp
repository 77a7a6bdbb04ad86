#include "server/db/TenantCommand.h"

namespace aegis {
namespace {

constexpr Sql setTenant = "select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true)";
constexpr Sql setTenantReadOnly = "select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true),"
                                  " set_config('transaction_read_only', 'on', true)";
constexpr Sql setTenantAndSession =
    "select set_config('app.organization_id', $1, true), set_config('app.user_id', $2, true), set_config('transaction_read_only', $3, true),"
    " set_config('search_path', $4, true), set_config('statement_timeout', $5, true), set_config('lock_timeout', $6, true),"
    " set_config('idle_in_transaction_session_timeout', $7, true), set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true),"
    " set_config('bytea_output', 'hex', true)";

template <class Id> Text textOf(const Id &id)
{
    return {id.isNil() ? QByteArray("") : id.text()};
}

Text number(std::chrono::milliseconds time)
{
    return {QByteArray::number(qlonglong(time.count()))};
}

} // namespace

Command tenantCommand(const Tenant &tenant, Tx::Access access, const DatabaseSessionSettings &settings)
{
    const bool readOnly = access == Tx::Access::Read;
    const Text organization = textOf(tenant.organization), user = textOf(tenant.user);
    if (settings.behindPooler) {
        return {setTenantAndSession,
                Parameters::of(organization, user, Text{readOnly ? "on" : "off"}, Text{settings.searchPath}, number(settings.statementTimeout),
                               number(settings.lockTimeout), number(settings.idleInTransactionTimeout))};
    }
    return {readOnly ? setTenantReadOnly : setTenant, Parameters::of(organization, user)};
}

} // namespace aegis
