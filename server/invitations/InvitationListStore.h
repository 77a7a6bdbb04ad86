#pragma once

#include "server/db/Tx.h"
#include "shared/dto/admin/Invitation.h"

namespace aegis {

/// The invitations into the transaction's organization, as its administrators read them.
class InvitationListStore {
public:
    /// A page of what the filter takes, the newest first unless asked otherwise. `validation_failed` for what is wrong in the request.
    static Result<InvitationPage> list(Tx &tx, const InvitationListRequest &request);
};

} // namespace aegis
