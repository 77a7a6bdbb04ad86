#pragma once

#include "server/db/Tx.h"

namespace aegis {

/// As whom an administrator's transaction looks: in its organization, by row-level security, or everywhere, by the views `every_…`
/// that show all rows to somebody with a role of the platform.
class AdminScopeStore {
public:
    /// How far the permission reaches that the call was authorised by.
    static AdminScopeStore of(const RequestContext &context, Permission permission)
    {
        return AdminScopeStore(context.authority.reachOf(permission), context.actor.user);
    }

    bool isEverywhere() const { return m_reach == Reach::Everywhere; }
    /// Before anything else in the transaction; costs a round trip where it looks everywhere. Without the permission: `forbidden`.
    Result<void> enter(Tx &tx) const;

private:
    AdminScopeStore(Reach reach, const UserId &actor) : m_reach(reach), m_actor(actor) {}

    Reach m_reach;
    UserId m_actor;
};

} // namespace aegis
