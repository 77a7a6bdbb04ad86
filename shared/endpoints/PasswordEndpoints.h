#pragma once

#include "shared/dto/EmailRequest.h"
#include "shared/dto/PasswordChangeRequest.h"
#include "shared/dto/PasswordResetRequest.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct PasswordChange {
    using Request = PasswordChangeRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/password/change",
        .operationId = "passwordChange",
        .access = Access::Bearer,
        .rateClass = RateClass::Login, // each costs two hashes and a mail
        .successStatus = 204,
        .problems = {ProblemCode::InvalidCredentials, ProblemCode::PasswordPolicy, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Passwords",
        .summary = "Change the password",
        .description = "Needs the present password. Ends all other sessions of the person and tells the person by mail; the session of the access "
                       "token goes on. `errors` of `password_policy` name each rule that the new password breaks. After `outcome_unknown` try the "
                       "new password.",
        .security = "Access of the other sessions ends at once. Mails that were sent before to reset the password are worth nothing any more.",
    };
};

struct PasswordForgot {
    using Request = EmailRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/password/forgot",
        .operationId = "passwordForgot",
        .access = Access::Public,
        .rateClass = RateClass::Mail,
        .successStatus = 202,
        .problems = {ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Passwords",
        .summary = "Ask for a mail to reset the password",
        .description = "If the address has an account, a mail with a link to your application (MAIL_LINK_BASE) is on its way, with a token that "
                       "works once within PASSWORD_RESET_TTL (30 minutes by default). The mail is in the language of Accept-Language: en, de, fr, es "
                       "or zh-CN. An account gets MAILS_PER_ACCOUNT such mails an hour, and beyond that one more whenever no "
                       "link works for half of its time any longer.",
        .security = "The answer and its time are the same whether there is such an account or not.",
    };
};

struct PasswordReset {
    using Request = PasswordResetRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/password/reset",
        .operationId = "passwordReset",
        .access = Access::Public,
        .rateClass = RateClass::Login,
        .successStatus = 204,
        .problems = {ProblemCode::InvalidMailToken, ProblemCode::PasswordPolicy, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Passwords",
        .summary = "Reset the password with the token of a mail",
        .description =
            "Ends every session of the person and tells the person by mail. A new password that breaks a rule (`password_policy`) does not "
            "use the token up. After `outcome_unknown` try the new password.",
        .security = "Opens no session: log in with the new password, and with the second factor where there is one: the reset lifts none. The "
                    "token works once, also when it is presented many times at the same moment.",
    };
};

} // namespace aegis::endpoints
