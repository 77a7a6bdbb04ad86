#pragma once

#include "shared/dto/MailTokenRules.h"
#include "shared/dto/PasswordRules.h"
#include "shared/text/Secret.h"

namespace aegis {

/// A new password for somebody who has the token of a mail.
struct PasswordResetRequest {
    Secret token;
    Secret newPassword;
};

template <> struct Fields<PasswordResetRequest> {
    static constexpr std::string_view name = "PasswordResetRequest";
    static constexpr std::tuple list{
        field("token", &PasswordResetRequest::token, mailTokenRules),
        field("newPassword", &PasswordResetRequest::newPassword,
              {.minLength = 1, .maxLength = 1024, .format = "password", .description = passwordRules, .example = "Quiet-Harbour-81-Lantern"}),
    };
};

} // namespace aegis
