#pragma once

#include "shared/dto/AccountTexts.h"
#include "shared/dto/PasswordRules.h"
#include "shared/json/Field.h"
#include "shared/text/Secret.h"

#include <QtCore/QString>

namespace aegis {

/// A person and the organization that the person founds.
struct SignupRequest {
    QString email;
    Secret password;
    QString firstName;
    QString lastName;
    QString organizationName;
    QString organizationSlug;
};

template <> struct Fields<SignupRequest> {
    static constexpr std::string_view name = "SignupRequest";
    static constexpr std::tuple list{
        field("email", &SignupRequest::email,
              {.minLength = 1,
               .maxLength = 254,
               .format = "email",
               .description = "Compared without regard to case.",
               .example = "ada@example.com",
               .check = checkEmail}),
        field("password", &SignupRequest::password,
              {.minLength = 1, .maxLength = 1024, .format = "password", .description = passwordRules, .example = "Correct-Horse-42-Staple"}),
        field("firstName", &SignupRequest::firstName,
              {.minLength = 1, .maxLength = 100, .description = "Given name.", .example = "Ada", .check = checkPersonName}),
        field("lastName", &SignupRequest::lastName,
              {.minLength = 1, .maxLength = 100, .description = "Family name.", .example = "Lovelace", .check = checkPersonName}),
        field("organizationName", &SignupRequest::organizationName,
              {.minLength = 1,
               .maxLength = 200,
               .description = "Name of the new organization.",
               .example = "Analytical Engines",
               .check = checkOrganizationName}),
        field("organizationSlug", &SignupRequest::organizationSlug,
              {.minLength = 1,
               .maxLength = 255,
               .pattern = "^[a-z0-9]+(-[a-z0-9]+)*$",
               .documentedMinLength = 3,
               .documentedMaxLength = 63,
               .description = "Short name of the new organization: 3 to 63 of a-z, 0-9 and hyphen, no hyphen at an end, none doubled.",
               .example = "analytical-engines",
               .check = checkSlug}),
    };
};

} // namespace aegis
