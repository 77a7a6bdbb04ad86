#pragma once

#include "shared/dto/AccountTexts.h"
#include "shared/json/Field.h"

#include <QtCore/QString>

namespace aegis {

/// Asks for a mail to an address, if it has an account.
struct EmailRequest {
    QString email;
};

template <> struct Fields<EmailRequest> {
    static constexpr std::string_view name = "EmailRequest";
    static constexpr std::tuple list{
        field("email", &EmailRequest::email,
              {.minLength = 1,
               .maxLength = 254,
               .format = "email",
               .description = "The address of the account. Compared without regard to case.",
               .example = "ada@example.com",
               .check = checkEmail}),
    };
};

} // namespace aegis
