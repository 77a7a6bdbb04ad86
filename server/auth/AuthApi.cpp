#include "server/auth/AuthApi.h"

namespace aegis {

void bindAuth(http::Api &api, const RegistrationService &registration, const LoginService &login, const MfaLogin &mfa,
              const Reauthentication &reauthentication)
{
    api.on<endpoints::Signup>(
        [&registration](const RequestContext &context, SignupRequest request) { return registration.signup(context, std::move(request)); });
    api.on<endpoints::Register>(
        [&registration](const RequestContext &context, RegisterRequest request) { return registration.registerPerson(context, std::move(request)); });
    api.on<endpoints::Login>([&login](const RequestContext &context, LoginRequest request) { return login.login(context, std::move(request)); });
    api.on<endpoints::MfaChallenge>(
        [&mfa](const RequestContext &context, MfaChallengeRequest request) { return mfa.complete(context, std::move(request)); });
    api.on<endpoints::Reauthenticate>([&reauthentication](const RequestContext &context, ReauthenticateRequest request) {
        return reauthentication.reauthenticate(context, std::move(request));
    });
}

} // namespace aegis
