#include "server/auth/PasswordApi.h"

namespace aegis {

void bindPasswords(http::Api &api, const PasswordService &passwords, const MailRequestService &mailRequests)
{
    api.on<endpoints::PasswordChange>(
        [&passwords](const RequestContext &context, PasswordChangeRequest request) { return passwords.change(context, std::move(request)); });
    api.on<endpoints::PasswordForgot>([&mailRequests](const RequestContext &context, EmailRequest request) {
        return mailRequests.ask(context, EmailToken::Kind::PasswordReset, std::move(request));
    });
    api.on<endpoints::PasswordReset>(
        [&passwords](const RequestContext &context, PasswordResetRequest request) { return passwords.reset(context, std::move(request)); });
}

} // namespace aegis
