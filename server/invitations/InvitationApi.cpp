#include "server/invitations/InvitationApi.h"

namespace aegis {

void bindInvitations(http::Api &api, const InvitationService &invitations, const InvitationAcceptance &acceptance,
                     const OrganizationCreation &creation)
{
    api.on<endpoints::InvitationList>(
        [&invitations](const RequestContext &context, InvitationListRequest request) { return invitations.list(context, std::move(request)); });
    api.on<endpoints::InvitationCreate>(
        [&invitations](const RequestContext &context, InvitationCreateRequest request) { return invitations.create(context, std::move(request)); });
    api.on<endpoints::InvitationResend>(
        [&invitations](const RequestContext &context, InvitationRequest request) { return invitations.resend(context, std::move(request)); });
    api.on<endpoints::InvitationRevoke>(
        [&invitations](const RequestContext &context, InvitationRequest request) { return invitations.revoke(context, std::move(request)); });
    api.on<endpoints::InvitationLookup>(
        [&acceptance](const RequestContext &context, InvitationTokenRequest request) { return acceptance.look(context, std::move(request)); });
    api.on<endpoints::InvitationAccept>(
        [&acceptance](const RequestContext &context, InvitationAcceptRequest request) { return acceptance.accept(context, std::move(request)); });
    api.on<endpoints::InvitationJoin>(
        [&acceptance](const RequestContext &context, InvitationTokenRequest request) { return acceptance.join(context, std::move(request)); });
    api.on<endpoints::ManagedOrganizationCreate>(
        [&creation](const RequestContext &context, OrganizationCreateRequest request) { return creation.create(context, std::move(request)); });
}

} // namespace aegis
