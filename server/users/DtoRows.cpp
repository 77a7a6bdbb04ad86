#include "server/users/DtoRows.h"

namespace aegis {

UserDto userFrom(const Row &row, const UserId &id)
{
    return {.id = id,
            .email = row.get<QString>("email"),
            .firstName = row.get<std::optional<QString>>("first_name"),
            .lastName = row.get<std::optional<QString>>("last_name"),
            .status = row.get<QString>("user_status"),
            .emailVerified = row.get<bool>("email_verified"),
            .createdAt = row.get<Instant>("user_created_at")};
}

std::optional<OrganizationDto> organizationFrom(const Row &row)
{
    const auto id = row.get<std::optional<OrganizationId>>("organization_id");
    if (!id)
        return std::nullopt;
    return OrganizationDto{.id = *id,
                           .name = row.get<QString>("organization_name"),
                           .slug = row.get<QString>("organization_slug"),
                           .status = row.get<QString>("organization_status"),
                           .createdAt = row.get<Instant>("organization_created_at")};
}

} // namespace aegis
