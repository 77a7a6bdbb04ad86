#pragma once

#include "shared/dto/PasswordRules.h"
#include "shared/json/Field.h"
#include "shared/text/Secret.h"

namespace aegis {

/// A new password for somebody who knows the present one.
struct PasswordChangeRequest {
    Secret currentPassword;
    Secret newPassword;
};

template <> struct Fields<PasswordChangeRequest> {
    static constexpr std::string_view name = "PasswordChangeRequest";
    static constexpr std::tuple list{
        field(
            "currentPassword", &PasswordChangeRequest::currentPassword,
            {.minLength = 1, .maxLength = 1024, .format = "password", .description = "The present password.", .example = "Correct-Horse-42-Staple"}),
        field("newPassword", &PasswordChangeRequest::newPassword,
              {.minLength = 1, .maxLength = 1024, .format = "password", .description = passwordRules, .example = "Quiet-Harbour-81-Lantern"}),
    };
};

} // namespace aegis
