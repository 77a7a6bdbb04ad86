#pragma once

#include "server/http/Api.h"
#include "server/invitations/InvitationAcceptance.h"
#include "server/invitations/OrganizationCreation.h"

namespace aegis {

/// Invitations, of administrators and of who is invited. The services must outlive the API.
void bindInvitations(http::Api &api, const InvitationService &invitations, const InvitationAcceptance &acceptance,
                     const OrganizationCreation &creation);

} // namespace aegis
