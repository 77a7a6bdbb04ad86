#pragma once

#include "server/config/Settings.h"
#include "server/keys/KeyService.h"

namespace aegis {

/// What access tokens are signed with, as the settings say.
inline KeyOptions keyOptionsOf(const Settings &settings)
{
    return {.sharedSecret = settings.jwtSecret,
            .previousSecret = settings.jwtSecretPrevious,
            .rules = {.algorithm = settings.tokenAlgorithm(),
                      .rotation = settings.jwtKeyRotation,
                      .publishedAhead = settings.jwtKeyPublishedAhead,
                      .tokenLifetime = settings.jwtAccessExpiration}};
}

} // namespace aegis
