#pragma once

#include "server/context/RequestContext.h"
#include "shared/result/Result.h"

namespace aegis {

/// Whether the person has proved who they are no longer than that ago (`auth_time` of the access token), which what changes the
/// way to log in asks for; `reauthentication_required` else.
inline Result<void> requireFreshAuthentication(const RequestContext &context, std::chrono::seconds maxAge)
{
    if (context.now - context.actor.authTime <= maxAge)
        return {};
    return ProblemCode::ReauthenticationRequired;
}

} // namespace aegis
