#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"

#include <QtCore/QString>

namespace aegis {

/// An organization, as seen by its members.
struct OrganizationDto {
    OrganizationId id;
    QString name;
    QString slug;
    QString status;
    Instant createdAt{};
};

template <> struct Fields<OrganizationDto> {
    static constexpr std::string_view name = "Organization";
    static constexpr std::tuple list{
        field("id", &OrganizationDto::id, {.description = "Stable id of the organization.", .example = "0193a0f0-7c00-7abc-8def-00000000cafe"}),
        field("name", &OrganizationDto::name, {.description = "As people write it.", .example = "Analytical Engines"}),
        field("slug", &OrganizationDto::slug, {.description = "Unique short name.", .example = "analytical-engines"}),
        field("status", &OrganizationDto::status,
              {.values = "active,pending,suspended,deleted", .description = "Whether it may be used.", .example = "active"}),
        field("createdAt", &OrganizationDto::createdAt, {.description = "When it was founded.", .example = "2026-11-22T07:30:00.123Z"}),
    };
};

} // namespace aegis
