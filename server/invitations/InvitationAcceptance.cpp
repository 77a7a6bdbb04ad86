#include "server/invitations/InvitationAcceptance.h"

#include "server/auth/AuthResponses.h"
#include "server/auth/RegistrationRows.h"
#include "server/events/EventBatch.h"
#include "server/events/EventStore.h"

#include <QtCore/QJsonArray>

namespace aegis {
namespace {

Result<OwnedToken> tokenOf(const Secret &text)
{
    auto token = OwnedToken::parse(text);
    if (!token)
        return Problem(ProblemCode::InvalidMailToken).withInternal(QStringLiteral("no token of ours"));
    return *std::move(token);
}

RequestContext inOrganization(const RequestContext &context, const OwnedToken &token, const UserId &user)
{
    return context.withTenant({.organization = OrganizationId(token.owner), .user = user});
}

/// Makes the person a member, with the events of it; answers the roles.
Result<QStringList> acceptBy(Tx &tx, const InvitationStore::Found &invitation, const OwnedToken &token, const UserId &user, const SessionId &session)
{
    TRY(const InvitationStore::Acceptance acceptance, InvitationStore::accept(tx, invitation, token, user));
    if (!acceptance.isAccepted)
        return Problem(ProblemCode::InvalidMailToken).withInternal(QStringLiteral("it is for another address, or was used at the same moment"));
    EventBatch events(tx.context());
    events.add({.type = EventType::InvitationAccepted,
                .subject = invitation.id.uuid(),
                .payload = {{QStringLiteral("userId"), QString::fromLatin1(user.text())},
                            {QStringLiteral("roles"), QJsonArray::fromStringList(acceptance.roles)}},
                .session = session,
                .actor = user});
    for (const InvitationStore::GivenRole &role : acceptance.given)
        events.add({.type = EventType::UserRoleCreated,
                    .subject = user.uuid(),
                    .payload = {{QStringLiteral("role"), role.name}, {QStringLiteral("roleId"), QString::fromLatin1(role.id.text())}},
                    .session = session,
                    .actor = user});
    if (acceptance.hasVerified)
        events.add({.type = EventType::EmailVerified,
                    .subject = user.uuid(),
                    .payload = {{QStringLiteral("email"), invitation.email.text()}},
                    .session = session,
                    .actor = user});
    CHECK(EventStore::append(tx, events));
    return acceptance.roles;
}

} // namespace

Task<Result<InvitationStore::Found>> InvitationAcceptance::find(const RequestContext &context, const OwnedToken &token) const
{
    using MaybeFound = std::optional<Found>;
    const RequestContext there = inOrganization(context, token, {});
    auto read = [&token](Tx &tx) { return InvitationStore::find(tx, token); };
    CO_TRY(MaybeFound found, co_await m_database.read<MaybeFound>(there, read));
    if (!found)
        co_return ProblemCode::InvalidMailToken;
    co_return *std::move(found);
}

Task<Result<InvitationPreview>> InvitationAcceptance::look(const RequestContext &context, InvitationTokenRequest request) const
{
    CO_TRY(const OwnedToken token, tokenOf(request.token));
    CO_TRY(Found found, co_await find(context, token));
    co_return std::move(found.preview);
}

Task<Result<RegistrationResponse>> InvitationAcceptance::accept(const RequestContext &context, InvitationAcceptRequest request) const
{
    Task<Result<std::optional<RegistrationResponse>>> asking = m_calls.earlierAnswer<RegistrationResponse>(context);
    CO_TRY(std::optional<RegistrationResponse> earlier, co_await asking);
    if (earlier)
        co_return *std::move(earlier);
    CO_TRY(const OwnedToken token, tokenOf(request.token));
    CO_TRY(const Found found, co_await find(context, token));
    if (found.preview.hasAccount)
        co_return ProblemCode::EmailTaken;
    CO_TRY(NewAccount account, NewAccount::invited(found.email, found.organization.id, std::move(request)));
    const PasswordIdentity identity{.email = account.email.text(), .organizationName = found.organization.name};
    CO_TRY(const QByteArray hash, co_await m_hasher.hashNew(account.password, m_policy, identity, context.deadline));

    const RegistrationIds ids = RegistrationIds::make(account, context.now);
    const RequestContext there = inOrganization(context, token, ids.user);
    const QStringList methods{QStringLiteral("pwd")};
    auto work = [&](Tx &tx) -> Result<RegistrationResponse> {
        // A role that is deleted at this moment stands in the access token, and allows nothing: what somebody may do is read at each call.
        TRY(OpenedSession session, m_opener.open(there, found.roles, methods));
        CHECK(AccountStore::add(tx, registrationRows(there, account, ids, hash, session, methods)));
        CHECK(acceptBy(tx, found, token, ids.user, session.id));
        UserDto user = newUser(account, ids, context.now);
        user.emailVerified = true;
        return RegistrationResponse{authResponse(std::move(user), found.organization, std::move(session))};
    };
    Task<Result<RegistrationResponse>> writing = m_calls.write<RegistrationResponse>(context, there, work);
    co_return co_await writing;
}

Task<Result<JoinedResponse>> InvitationAcceptance::join(const RequestContext &context, InvitationTokenRequest request) const
{
    Task<Result<std::optional<JoinedResponse>>> asking = m_calls.earlierAnswer<JoinedResponse>(context);
    CO_TRY(std::optional<JoinedResponse> earlier, co_await asking);
    if (earlier)
        co_return *std::move(earlier);
    CO_TRY(const OwnedToken token, tokenOf(request.token));
    CO_TRY(const Found found, co_await find(context, token));
    RequestContext there = inOrganization(context, token, context.actor.user);
    there.actor.session = {}; // it is in another organization, which is nothing for this one's events
    auto work = [&](Tx &tx) -> Result<JoinedResponse> {
        TRY(QStringList roles, acceptBy(tx, found, token, context.actor.user, {}));
        return JoinedResponse{.organization = found.organization, .roles = std::move(roles)};
    };
    Task<Result<JoinedResponse>> writing = m_calls.write<JoinedResponse>(context, there, work);
    co_return co_await writing;
}

} // namespace aegis
