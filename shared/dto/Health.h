#pragma once

#include "shared/json/Field.h"

#include <QtCore/QString>

#include <optional>
#include <vector>

namespace aegis {

/// One thing that was looked at.
struct HealthCheckDto {
    QString name;
    QString status;
    std::optional<QString> detail;
};

template <> struct Fields<HealthCheckDto> {
    static constexpr std::string_view name = "HealthCheck";
    static constexpr std::tuple list{
        field("name", &HealthCheckDto::name, {.description = "What was looked at.", .example = "database"}),
        field("status", &HealthCheckDto::status, {.values = "ok,failed", .description = "Whether it is well.", .example = "failed"}),
        field("detail", &HealthCheckDto::detail, {.description = "What is wrong; absent when nothing is.", .example = "cannot be reached"}),
    };
};

/// Whether the server lives (or may get requests).
struct HealthResponse {
    QString status; ///< `ok`; all else is answered with 503
    std::vector<HealthCheckDto> checks;
};

template <> struct Fields<HealthResponse> {
    static constexpr std::string_view name = "HealthResponse";
    static constexpr std::tuple list{
        field("status", &HealthResponse::status, {.values = "ok,failed", .description = "`ok` when every check is.", .example = "failed"}),
        field("checks", &HealthResponse::checks, {.description = "What was looked at."}),
    };
};

} // namespace aegis
