#pragma once

#include "server/db/Database.h"
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
    /// What a refresh token is to be replaced by.
    struct Replacement {
        QByteArray hash;     ///< of the token that was presented
        QByteArray nextHash; ///< of the one that takes its place
        Instant nextExpiresAt{};
        std::chrono::milliseconds grace{}; ///< for how long the direct parent of the current one gives the current one
        QByteArray events;                 ///< are written when it was replaced
    };
    /// One round trip, in the tenant of the context.
    static Task<Result<Rotation>> rotate(Database &database, const RequestContext &context, const RefreshTokenFacts &facts,
                                         const Replacement &replacement);

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

    /// The present state of the session that asks, and whose it is; `invalid_token` when it has ended.
    static Task<Result<MeResponse>> current(Database &database, const RequestContext &context);

private:
    static Rotation rotationFrom(const Row &row);
};

} // namespace aegis
