#pragma once

#include "shared/dto/admin/AsOf.h"

namespace aegis {

/// What of it is not the same any more; what `then` does not know is no difference. `knowsManager`: whether a null of `managedBy` then means
/// that nobody did.
std::vector<StateDifferenceDto> differencesOf(const UserStateDto &then, const UserStateDto &now, bool knowsManager);
std::vector<StateDifferenceDto> differencesOf(const OrganizationStateDto &then, const OrganizationStateDto &now);

} // namespace aegis
