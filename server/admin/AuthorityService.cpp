#include "server/admin/AuthorityService.h"

#include "server/admin/AuthorityStore.h"

namespace aegis {

Task<Result<Authority>> AuthorityService::authorityOf(const RequestContext &context)
{
    return AuthorityStore::read(m_database, context);
}

} // namespace aegis
