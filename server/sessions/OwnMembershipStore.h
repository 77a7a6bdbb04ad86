#pragma once

#include "server/db/Tx.h"
#include "server/sessions/TokenIssuer.h"
#include "shared/dto/Invitations.h"
#include "shared/dto/UserDto.h"

#include <QtCore/QJsonObject>

namespace aegis {

/// What the transaction's person is a member of, and where the person's sessions are.
class OwnMembershipStore {
public:
    /// The one joined first comes first; organizations that are deleted or wait are none.
    static Result<std::vector<OwnMembershipDto>> all(Tx &tx);
    /// `invalid_token`: there is no such account.
    static Result<UserDto> person(Tx &tx, const UserId &user);

    struct Session {
        Authentication auth;
        Instant expiresAt{};
    };
    /// Nothing: it has ended.
    static Result<std::optional<Session>> session(Tx &tx, const UserId &user, const SessionId &session);

    struct Switch {
        TenantId old;
        SessionId session;
        UserId user;
        QByteArray hash;     ///< of its current refresh token
        QStringList methods; ///< that the new tokens say
        QJsonObject newSession;
        QJsonObject refreshToken;
        Instant revokedUntil{};
        QByteArray endEvents; ///< in the old session's tenant
        QByteArray events;
    };
    /// `Stale`: the token is not the current one, or the person has just shown something else.
    enum class Outcome { Done, Ended, NotMember, Stale };
    static Result<Outcome> switchSession(Tx &tx, const Switch &change);
};

} // namespace aegis
