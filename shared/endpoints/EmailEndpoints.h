#pragma once

#include "shared/dto/EmailRequest.h"
#include "shared/dto/EmailVerifyRequest.h"
#include "shared/endpoints/Endpoint.h"

namespace aegis::endpoints {

struct EmailVerify {
    using Request = EmailVerifyRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/email/verify",
        .operationId = "emailVerify",
        .access = Access::Public,
        .rateClass = RateClass::Login,
        .successStatus = 204,
        .problems = {ProblemCode::InvalidMailToken, ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Accounts",
        .summary = "Verify an e-mail address with the token of a mail",
        .description = "With EMAIL_VERIFICATION=required the organization that the person signed up becomes active by it: log in again to get a "
                       "session in it.",
        .security = "The token works once, and only for the address that it was sent to. It opens no session.",
    };
};

struct EmailResend {
    using Request = EmailRequest;
    using Response = NoContent;
    static constexpr EndpointInfo info{
        .method = Method::Post,
        .path = "/auth/email/resend",
        .operationId = "emailResend",
        .access = Access::Public,
        .rateClass = RateClass::Mail,
        .successStatus = 202,
        .problems = {ProblemCode::DatabaseUnavailable, ProblemCode::OutcomeUnknown},
        .tag = "Accounts",
        .summary = "Ask for another mail to verify the address",
        .description = "If the address has an account and is not verified yet, another mail is on its way, MAILS_PER_ACCOUNT an hour, and beyond "
                       "that one more only when the person would be without a link that works. With EMAIL_VERIFICATION=off none is ever sent.",
        .security = "The answer and its time are the same whether there is such an account or not.",
    };
};

} // namespace aegis::endpoints
