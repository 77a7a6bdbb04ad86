#pragma once

#include "server/db/Tx.h"
#include "server/sessions/RefreshTokens.h"
#include "shared/dto/MeResponse.h"

#include <vector>

namespace aegis {

/// The tables `session` and `refresh_token`.
class SessionStore {
public:
    enum class Outcome { Rotated, Retry, Reused, Invalid };

    /// What the database said to a refresh token.
    struct Rotation {
        Outcome outcome = Outcome::Invalid;
        int generation = 0; ///< of the current token
        QByteArray nonce;
        Instant rotatedAt{};
        Instant expiresAt{};
        Instant sessionExpiresAt{};
        Instant authTime{};
        QStringList authMethods;
        QStringList roles;
    };
    /// One round trip. `next` is what the token is to be replaced by.
    static Result<Rotation> rotate(Tx &tx, const RefreshTokenFacts &facts, const QByteArray &hash, const QByteArray &nextHash, Instant nextExpiresAt,
                                   std::chrono::milliseconds grace, const QByteArray &events);

    /// The client address of the last rotation of the session since that moment; null when there is none.
    static Result<QHostAddress> rotatedFrom(Tx &tx, const RefreshTokenFacts &facts, Instant since);

    /// How a session is ended.
    struct Ending {
        TenantId tenant;
        SessionId session;
        UserId user;
        QString reason;
        Instant revokedUntil{}; ///< when its last access token has expired
        QByteArray events;
    };
    /// False when it had ended before; then nothing is written.
    static Result<bool> end(Tx &tx, const Ending &ending);

    /// How some sessions of a person are ended in one go.
    struct JointEnding {
        UserId user;
        std::vector<TenantId> tenants; ///< of the sessions, in their order
        std::vector<SessionId> sessions;
        QString reason;
        Instant revokedUntil{};
        QByteArray events; ///< RefreshTokenRevoked is written for those that it ended; the others if it ended any
    };
    /// All or none, in one round trip; those that had ended before are passed over.
    static Result<void> endTogether(Tx &tx, const JointEnding &ending);

    /// How every session of a person is ended.
    struct AllEnding {
        UserId user;
        QString reason;
        Instant revokedUntil{};
        QByteArray events;
    };
    /// In all tenants, in one round trip. One revocation is for all that were opened before now; the sessions in the answer were,
    /// by their ids, opened later (a clock was set back), and each has its own.
    static Result<std::vector<SessionId>> endAll(Tx &tx, const AllEnding &ending);

    /// The present state of a session and whose it is; `invalid_token` when it has ended.
    static Result<MeResponse> current(Tx &tx, const TenantId &tenant, const SessionId &session, const UserId &user);
};

} // namespace aegis
