#pragma once

#include "server/db/Tx.h"
#include "shared/dto/admin/Member.h"

namespace aegis {

/// The members of the transaction's organization, as its administrators read them.
class MemberListStore {
public:
    /// A page of what the filter takes, by address unless asked otherwise. `validation_failed` for what is wrong in the request.
    static Result<MemberPage> list(Tx &tx, const MemberListRequest &request);
};

} // namespace aegis
