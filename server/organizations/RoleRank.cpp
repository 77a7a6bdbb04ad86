#include "server/organizations/RoleRank.h"

#include "server/organizations/MembershipStore.h"

namespace aegis {

PermissionSet ownPermissions(const RequestContext &context, Permission by)
{
    const Authority &authority = context.authority;
    return authority.reachOf(by) == Reach::Everywhere ? authority.platform : authority.organization;
}

Result<void> mayHandleRoles(Tx &tx, Permission by, const QStringList &roles)
{
    const PermissionSet own = ownPermissions(tx.context(), by);
    for (const QString &role : roles) {
        TRY(const auto allowed, MembershipStore::permissionsOf(tx, role));
        if (!allowed)
            return ProblemCode::NotFound;
        if (!own.containsAll(*allowed))
            return Problem(ProblemCode::Forbidden, QStringLiteral("%1 allows more than you may.").arg(role));
    }
    return {};
}

} // namespace aegis
