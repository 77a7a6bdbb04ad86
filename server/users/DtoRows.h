#pragma once

#include "server/db/Rows.h"
#include "shared/dto/OrganizationDto.h"
#include "shared/dto/UserDto.h"

#include <optional>

namespace aegis {

/// The person of a row with the columns `email, user_status, email_verified, first_name, last_name, user_created_at`.
UserDto userFrom(const Row &row, const UserId &id);

/// The organization of a row with the columns `organization_id, organization_name, organization_slug, organization_status,
/// organization_created_at`; nothing when the id is NULL.
std::optional<OrganizationDto> organizationFrom(const Row &row);

} // namespace aegis
