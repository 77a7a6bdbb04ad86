#pragma once

#include "shared/dto/AccountTexts.h"
#include "shared/dto/PasswordRules.h"
#include "shared/json/Field.h"
#include "shared/text/Secret.h"

#include <QtCore/QString>

#include <optional>

namespace aegis {

/// A person without an organization.
struct RegisterRequest {
    QString email;
    Secret password;
    std::optional<QString> firstName;
    std::optional<QString> lastName;
};

template <> struct Fields<RegisterRequest> {
    static constexpr std::string_view name = "RegisterRequest";
    static constexpr std::tuple list{
        field("email", &RegisterRequest::email,
              {.minLength = 1,
               .maxLength = 254,
               .format = "email",
               .description = "Compared without regard to case.",
               .example = "grace@example.com",
               .check = checkEmail}),
        field("password", &RegisterRequest::password,
              {.minLength = 1, .maxLength = 1024, .format = "password", .description = passwordRules, .example = "Correct-Horse-42-Staple"}),
        field("firstName", &RegisterRequest::firstName,
              {.minLength = 1, .maxLength = 100, .nullable = true, .description = "Given name.", .example = "Grace", .check = checkPersonName}),
        field("lastName", &RegisterRequest::lastName,
              {.minLength = 1, .maxLength = 100, .nullable = true, .description = "Family name.", .example = "Hopper", .check = checkPersonName}),
    };
};

} // namespace aegis
