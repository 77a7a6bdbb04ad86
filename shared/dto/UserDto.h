#pragma once

#include "shared/ids/Id.h"
#include "shared/json/Field.h"

#include <QtCore/QString>

namespace aegis {

/// A person, as seen by the person.
struct UserDto {
    UserId id;
    QString email;
    std::optional<QString> firstName;
    std::optional<QString> lastName;
    QString status;
    bool emailVerified = false;
    Instant createdAt{};
};

template <> struct Fields<UserDto> {
    static constexpr std::string_view name = "User";
    static constexpr std::tuple list{
        field("id", &UserDto::id, {.description = "Stable id of the person.", .example = "0193a0f0-7c00-7abc-8def-0123456789ab"}),
        field("email", &UserDto::email, {.format = "email", .description = "In lower case.", .example = "ada@example.com"}),
        field("firstName", &UserDto::firstName, {.nullable = true, .description = "Given name.", .example = "Ada"}),
        field("lastName", &UserDto::lastName, {.nullable = true, .description = "Family name.", .example = "Lovelace"}),
        field("status", &UserDto::status,
              {.values = "active,locked,suspended", .description = "Whether the person may log in.", .example = "active"}),
        field("emailVerified", &UserDto::emailVerified, {.description = "Whether the address was proved to be the person's.", .example = "false"}),
        field("createdAt", &UserDto::createdAt, {.description = "When the account was made.", .example = "2026-11-22T07:30:00.123Z"}),
    };
};

} // namespace aegis
