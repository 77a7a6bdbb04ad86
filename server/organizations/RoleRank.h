#pragma once

#include "server/db/Tx.h"
#include "shared/permissions/Permission.h"

#include <QtCore/QStringList>

namespace aegis {

/// What the caller may do where a change is made that needs the permission: in the organization, or as the platform allows.
PermissionSet ownPermissions(const RequestContext &context, Permission by);

/// Whether the caller, whose change needs the permission `by`, may do all that those roles of the transaction's organization allow: nobody
/// gives or takes more.
/// `not_found`: there is no such role; `forbidden`.
Result<void> mayHandleRoles(Tx &tx, Permission by, const QStringList &roles);

} // namespace aegis
