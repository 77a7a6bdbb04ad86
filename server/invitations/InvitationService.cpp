#include "server/invitations/InvitationService.h"

#include "server/crypto/Hmac.h"
#include "server/db/RowJson.h"
#include "server/events/EventBatch.h"
#include "server/invitations/InvitationListStore.h"
#include "server/organizations/OrganizationVisit.h"
#include "server/organizations/RoleRank.h"
#include "server/sessions/FreshAuthentication.h"
#include "shared/permissions/BuiltInRoles.h"

#include <QtCore/QJsonArray>

namespace aegis {
namespace {

using Outcome = InvitationStore::Outcome;

constexpr qsizetype mostRoles = 20;

Problem refusalOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Inactive:
        return Problem(ProblemCode::Conflict, QStringLiteral("The organization is not active."));
    case Outcome::Member:
        return Problem(ProblemCode::Conflict, QStringLiteral("The person is a member."));
    case Outcome::Pending:
        return Problem(ProblemCode::Conflict, QStringLiteral("The person is invited already."));
    case Outcome::TooMany:
        return Problem(ProblemCode::RateLimited, QStringLiteral("As many invitations as can be were sent within a day."))
            .withRetryAfter(std::chrono::hours(1));
    case Outcome::Recent:
        return Problem(ProblemCode::RateLimited, QStringLiteral("It was sent a moment ago.")).withRetryAfter(std::chrono::minutes(1));
    default:
        return Problem(ProblemCode::NotFound);
    }
}

/// As they are given; `validation_failed`.
Result<QStringList> rolesOf(const QStringList &named)
{
    QStringList roles = named;
    roles.removeDuplicates();
    roles.sort(); // two that are accepted at once make the roles in the same order
    if (roles.isEmpty() || roles.size() > mostRoles)
        return Problem(ProblemCode::ValidationFailed)
            .withField({QStringLiteral("roles"), FieldCode::Length, QStringLiteral("1 to 20 roles are needed.")});
    return roles;
}

Result<EmailAddress> addressOf(const QString &text)
{
    auto email = EmailAddress::parse(text);
    if (!email) // the decoder has looked
        return Problem(ProblemCode::ValidationFailed).withInternal(QStringLiteral("an address that the decoder has not checked"));
    return *std::move(email);
}

} // namespace

Task<Result<InvitationPage>> InvitationService::list(const RequestContext &context, InvitationListRequest request) const
{
    CO_TRY(const OrganizationVisit visit, OrganizationVisit::of(context, Permission::OrganizationRead, request.organization));
    auto read = [&visit, request = std::move(request)](Tx &tx) -> Result<InvitationPage> {
        CHECK(visit.begin(tx));
        return InvitationListStore::list(tx, request);
    };
    co_return co_await m_parts.database.read<InvitationPage>(visit.context(), std::move(read));
}

template <class Work>
Task<Result<InvitationResponse>> InvitationService::carryOut(const RequestContext &context, OrganizationId organization, Work work) const
{
    CO_TRY(const OrganizationVisit visit, OrganizationVisit::of(context, Permission::InvitationManage, organization));
    auto step = [&](Tx &tx) -> Result<InvitationResponse> {
        TRY(const ManagedOrganizationDto there, visit.beginChange(tx));
        TRY(InvitationDto invitation, work(tx, there.slug));
        return InvitationResponse{.invitation = std::move(invitation)};
    };
    Task<Result<InvitationResponse>> writing = m_calls.once<InvitationResponse>(context, visit.context(), step);
    co_return co_await writing;
}

Task<Result<InvitationResponse>> InvitationService::create(const RequestContext &context, InvitationCreateRequest request) const
{
    CO_TRY(const QStringList roles, rolesOf(request.roles));
    CO_TRY(const EmailAddress email, addressOf(request.email));
    auto work = [this, roles, email](Tx &tx, const QString &slug) -> Result<InvitationDto> {
        if (roles.contains(ownerRoleName)) // as for a transfer
            CHECK(requireFreshAuthentication(tx.context(), m_parts.freshFor));
        CHECK(mayHandleRoles(tx, Permission::InvitationManage, roles));
        return invite(tx, slug, email, roles);
    };
    co_return co_await carryOut(context, request.organization, std::move(work));
}

Result<InvitationDto> InvitationService::invite(Tx &tx, const QString &slug, const EmailAddress &email, const QStringList &roles) const
{
    const RequestContext &context = tx.context();
    const OrganizationId organization = context.tenant.organization;
    TRY(const OwnedToken token, OwnedToken::make(organization.uuid()));
    const InvitationDto invitation{.id = InvitationId::make(context.now),
                                   .email = email.text(),
                                   .roles = roles,
                                   .status = QStringLiteral("pending"),
                                   .invitedBy = context.actor.user,
                                   .createdAt = context.now,
                                   .sentAt = context.now,
                                   .expiresAt = context.now + m_parts.lifetime,
                                   .endedAt = {}};
    TRY(const QJsonObject mail, m_parts.mails.invitation(context, email, slug, token.text, invitation.expiresAt));
    const QJsonObject row{{QStringLiteral("organization_id"), rowjson::id(organization)},
                          {QStringLiteral("id"), rowjson::id(invitation.id)},
                          {QStringLiteral("email"), invitation.email},
                          {QStringLiteral("roles"), QJsonArray::fromStringList(roles)},
                          {QStringLiteral("token_hash"), rowjson::bytes(token.hash)},
                          {QStringLiteral("invited_by"), rowjson::id(invitation.invitedBy)},
                          {QStringLiteral("created_at"), rowjson::time(invitation.createdAt)},
                          {QStringLiteral("sent_at"), rowjson::time(invitation.sentAt)},
                          {QStringLiteral("expires_at"), rowjson::time(invitation.expiresAt)}};
    TRY(const Outcome outcome, InvitationStore::add(tx, row, m_parts.most, mail, sentEvent(context, invitation, false)));
    if (outcome != Outcome::Done)
        return refusalOf(outcome);
    return invitation;
}

Task<Result<InvitationResponse>> InvitationService::resend(const RequestContext &context, InvitationRequest request) const
{
    auto work = [this, request](Tx &tx, const QString &slug) -> Result<InvitationDto> {
        const RequestContext &inOrganization = tx.context();
        TRY(InvitationDto invitation, InvitationStore::get(tx, request.invitation));
        CHECK(mayHandleRoles(tx, Permission::InvitationManage, invitation.roles));
        TRY(const EmailAddress email, addressOf(invitation.email));
        TRY(const OwnedToken token, OwnedToken::make(inOrganization.tenant.organization.uuid()));
        invitation.expiresAt = inOrganization.now + m_parts.lifetime;
        TRY(QJsonObject mail, m_parts.mails.invitation(inOrganization, email, slug, token.text, invitation.expiresAt));
        const InvitationStore::Resending resending{.id = invitation.id,
                                                   .tokenHash = token.hash,
                                                   .expiresAt = invitation.expiresAt,
                                                   .most = m_parts.most,
                                                   .mail = std::move(mail),
                                                   .events = sentEvent(inOrganization, invitation, true)};
        TRY(const Outcome outcome, InvitationStore::resend(tx, resending));
        if (outcome != Outcome::Done)
            return refusalOf(outcome);
        return InvitationStore::get(tx, request.invitation);
    };
    co_return co_await carryOut(context, request.organization, std::move(work));
}

Task<Result<InvitationResponse>> InvitationService::revoke(const RequestContext &context, InvitationRequest request) const
{
    auto work = [request](Tx &tx, const QString &) -> Result<InvitationDto> {
        TRY(const InvitationDto invitation, InvitationStore::get(tx, request.invitation));
        for (const QString &role : invitation.roles) {
            const Result<void> may = mayHandleRoles(tx, Permission::InvitationManage, {role});
            if (!may && may.problem().code != ProblemCode::NotFound) // a role that went keeps nobody from it
                return may.problem();
        }
        EventBatch events(tx.context());
        events.add({.type = EventType::InvitationRevoked, .subject = request.invitation.uuid(), .payload = {}});
        TRY(const bool done, InvitationStore::revoke(tx, request.invitation, events.json()));
        if (!done)
            return ProblemCode::NotFound;
        return InvitationStore::get(tx, request.invitation);
    };
    co_return co_await carryOut(context, request.organization, std::move(work));
}

QByteArray InvitationService::sentEvent(const RequestContext &context, const InvitationDto &invitation, bool again) const
{
    const QByteArray fingerprint = hmacSha256(m_parts.emailFingerprintKey, invitation.email.toUtf8()).toHex();
    EventBatch events(context);
    events.add({.type = EventType::InvitationSent,
                .subject = invitation.id.uuid(),
                .payload = {{QStringLiteral("emailFingerprint"), QString::fromLatin1(fingerprint)},
                            {QStringLiteral("roles"), QJsonArray::fromStringList(invitation.roles)},
                            {QStringLiteral("expiresAt"), rowjson::time(invitation.expiresAt)},
                            {QStringLiteral("again"), again}}});
    return events.json();
}

} // namespace aegis
