#include "server/auth/EmailVerificationService.h"

#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"

namespace aegis {

Task<Result<NoContent>> EmailVerificationService::verify(const RequestContext &context, EmailVerifyRequest request) const
{
    const auto token = EmailToken::parse(request.token);
    if (!token)
        co_return Problem(ProblemCode::InvalidMailToken).withInternal(QStringLiteral("no token of ours"));
    using Target = EmailVerificationStore::Target;
    const RequestContext asPerson = context.withTenant({.organization = {}, .user = token->user});
    CO_TRY(const Target target, co_await EmailVerificationStore::ofToken(m_database, asPerson, *token));

    const RequestContext inTenant = context.withTenant({.organization = target.organization, .user = token->user});
    EventBatch events(inTenant);
    events.add({.type = EventType::EmailVerified,
                .subject = token->user.uuid(),
                .payload = {{QStringLiteral("email"), target.email}},
                .actor = token->user});
    EventBatch activation(inTenant);
    activation.add({.type = EventType::OrganizationActivated,
                    .subject = target.organization.uuid(),
                    .payload = {{QStringLiteral("ownerId"), rowjson::id(token->user)}, {QStringLiteral("reason"), QStringLiteral("verified")}},
                    .actor = token->user});
    const EmailVerificationStore::Verification verification{
        .token = *token, .organization = target.organization, .events = events.json(), .activationEvents = activation.json()};
    CO_TRY(const bool done, co_await EmailVerificationStore::verify(m_database, inTenant, verification));
    if (!done)
        co_return Problem(ProblemCode::InvalidMailToken).withInternal(QStringLiteral("used at the same moment"));
    co_return NoContent();
}

} // namespace aegis
