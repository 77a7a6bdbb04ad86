#pragma once

#include "shared/json/Field.h"

#include <QtCore/QString>
#include <QtCore/QStringList>

#include <optional>

namespace aegis {

/// Asks whether a slug is free.
struct SlugAvailabilityRequest {
    QString slug;
};

template <> struct Fields<SlugAvailabilityRequest> {
    static constexpr std::string_view name = "SlugAvailabilityRequest";
    static constexpr std::tuple list{
        field("slug", &SlugAvailabilityRequest::slug,
              {.in = In::Path, .minLength = 1, .maxLength = 255, .description = "The wished short name.", .example = "analytical-engines"}),
    };
};

/// Whether a slug is free, and what could be taken instead.
struct SlugAvailabilityResponse {
    QString slug;
    bool available = false;
    std::optional<QString> reason;
    std::optional<QStringList> suggestions;
};

template <> struct Fields<SlugAvailabilityResponse> {
    static constexpr std::string_view name = "SlugAvailabilityResponse";
    static constexpr std::tuple list{
        field("slug", &SlugAvailabilityResponse::slug, {.description = "The slug that was asked for.", .example = "analytical-engines"}),
        field("available", &SlugAvailabilityResponse::available, {.description = "Whether a signup could take it now.", .example = "false"}),
        field("reason", &SlugAvailabilityResponse::reason,
              {.values = "taken,reserved,length,characters,hyphens",
               .description = "Why it is not available: taken, reserved, or the rule that it breaks.",
               .example = "taken"}),
        field("suggestions", &SlugAvailabilityResponse::suggestions,
              {.description = "Free ones that are near.", .example = "analytical-engines-hq,analytical-engines-team,analytical-engines-2"}),
    };
};

} // namespace aegis
