#include "server/auth/AuthApi.h"

namespace aegis {

void bindAuth(http::Api &api, const RegistrationService &registration, const LoginService &login)
{
    api.on<endpoints::Signup>(
        [&registration](const RequestContext &context, SignupRequest request) { return registration.signup(context, std::move(request)); });
    api.on<endpoints::Register>(
        [&registration](const RequestContext &context, RegisterRequest request) { return registration.registerPerson(context, std::move(request)); });
    api.on<endpoints::Login>([&login](const RequestContext &context, LoginRequest request) { return login.login(context, std::move(request)); });
}

} // namespace aegis
