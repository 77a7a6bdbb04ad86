#pragma once

#include "server/db/Tx.h"
#include "shared/dto/SessionDto.h"

#include <vector>

namespace aegis {

/// The tables `session` and `refresh_token` as their person sees them.
class OwnSessionStore {
public:
    /// Those that have not ended or expired, the last used first, at most 200.
    static Result<std::vector<SessionDto>> list(Tx &tx, const UserId &user);
    /// Where the person's session is; `not_found` when it has none such, or it has ended.
    static Result<TenantId> tenantOf(Tx &tx, const UserId &user, const SessionId &session);

    /// A person that proves again who it is.
    struct Reauthentication {
        UserId user;
        SessionId session;
        QByteArray passwordHash; ///< as it was found
        std::optional<qint64> step;
        std::optional<QByteArray> codeHash;
        QStringList methods;
        QByteArray events;
    };
    enum class Outcome { Done, Wrong, Changed, Ended };
    struct Reauthenticated {
        Outcome outcome = Outcome::Ended;
        QStringList roles;
        Instant sessionExpiresAt{};
    };
    static Result<Reauthenticated> reauthenticate(Tx &tx, const Reauthentication &proof);
};

} // namespace aegis
