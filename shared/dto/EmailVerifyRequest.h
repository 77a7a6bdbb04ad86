#pragma once

#include "shared/dto/MailTokenRules.h"
#include "shared/text/Secret.h"

namespace aegis {

/// Proves that the address is the person's, with the token that was mailed to it.
struct EmailVerifyRequest {
    Secret token;
};

template <> struct Fields<EmailVerifyRequest> {
    static constexpr std::string_view name = "EmailVerifyRequest";
    static constexpr std::tuple list{field("token", &EmailVerifyRequest::token, mailTokenRules)};
};

} // namespace aegis
