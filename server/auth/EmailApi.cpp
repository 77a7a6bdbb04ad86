#include "server/auth/EmailApi.h"

namespace aegis {

void bindEmail(http::Api &api, const EmailVerificationService &verification, const MailRequestService &mailRequests)
{
    api.on<endpoints::EmailVerify>(
        [&verification](const RequestContext &context, EmailVerifyRequest request) { return verification.verify(context, std::move(request)); });
    api.on<endpoints::EmailResend>([&mailRequests](const RequestContext &context, EmailRequest request) {
        return mailRequests.ask(context, EmailToken::Kind::EmailVerification, std::move(request));
    });
}

} // namespace aegis
