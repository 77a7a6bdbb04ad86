#pragma once

#include "server/sessions/SessionOpener.h"
#include "shared/dto/AuthResponse.h"

namespace aegis {

/// The answer to a signup, a registration or a login: who it is and the tokens of the new session.
inline AuthResponse authResponse(UserDto user, std::optional<OrganizationDto> organization, OpenedSession session)
{
    return {.user = std::move(user),
            .organization = std::move(organization),
            .accessToken = std::move(session.tokens.accessToken),
            .refreshToken = std::move(session.tokens.refreshToken),
            .expiresIn = session.tokens.expiresIn,
            .refreshExpiresIn = session.tokens.refreshExpiresIn,
            .sessionId = session.id};
}

} // namespace aegis
