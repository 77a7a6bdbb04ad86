#pragma once

#include "shared/json/Field.h"
#include "shared/text/Secret.h"

#include <QtCore/QString>

namespace aegis {

/// Proof of who somebody is, by e-mail address and password.
struct LoginRequest {
    QString email;
    Secret password;
};

template <> struct Fields<LoginRequest> {
    static constexpr std::string_view name = "LoginRequest";
    static constexpr std::tuple list{
        field("email", &LoginRequest::email,
              {.minLength = 1, .maxLength = 254, .format = "email", .description = "Compared without regard to case.", .example = "ada@example.com"}),
        field("password", &LoginRequest::password,
              {.minLength = 1,
               .maxLength = 1024,
               .format = "password",
               .description = "The account's password.",
               .example = "Correct-Horse-42-Staple"}),
    };
};

} // namespace aegis
