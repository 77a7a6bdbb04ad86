#pragma once

#include "server/sessions/OwnSessionStore.h"
#include "server/async/Task.h"
#include "server/db/Database.h"
#include "server/sessions/RevocationList.h"
#include "server/sessions/TokenIssuer.h"
#include "shared/dto/Sessions.h"

namespace aegis {

/// What a person sees and does about its own sessions, in whatever organization they are. Any I/O thread.
class OwnSessions {
public:
    OwnSessions(Database &database, const TokenIssuer &tokens, RevocationList &revocations) :
        m_database(database), m_tokens(tokens), m_revocations(revocations)
    {
    }

    Task<Result<SessionListResponse>> list(const RequestContext &context) const;
    /// Access ends at once. `not_found` for one that is another's, has ended or never was.
    Task<Result<void>> end(const RequestContext &context, SessionRequest request) const;

private:
    Database &m_database;
    const TokenIssuer &m_tokens;
    RevocationList &m_revocations;
};

} // namespace aegis
