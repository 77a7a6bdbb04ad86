#pragma once

#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/sessions/OwnMembershipStore.h"
#include "server/sessions/RefreshTokens.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/SessionOpener.h"
#include "server/sessions/SessionService.h"
#include "shared/dto/AuthResponse.h"

namespace aegis {

/// The organizations of a person, and the way of a session from one to another. Any I/O thread.
class OrganizationSwitch {
public:
    struct Parts {
        Database &database;
        const RefreshTokens &refreshTokens;
        const SessionService &sessions;
        const SessionOpener &opener;
        const TokenIssuer &tokens;
        RevocationList &revocations;
    };
    explicit OrganizationSwitch(const Parts &parts) : m_parts(parts) {}

    Task<Result<OwnMembershipsResponse>> list(const RequestContext &context) const;
    /// Ends the session of the refresh token and begins one there. `not_found`: the person is no member, or it cannot be used;
    /// `conflict`: the session is in it; else as SessionService::refresh().
    Task<Result<AuthResponse>> go(const RequestContext &context, OrganizationSwitchRequest request) const;

private:
    using Outcome = OwnMembershipStore::Outcome;
    struct Gone {
        Outcome outcome = Outcome::Ended;
        AuthResponse response;
    };
    Result<Gone> change(Tx &tx, const RequestContext &there, const RefreshTokenFacts &facts, const Secret &token) const;

    const Parts m_parts;
};

} // namespace aegis
