#pragma once

#include "server/db/Tx.h"

#include <QtCore/QJsonObject>

#include <vector>

namespace aegis {

/// What a right second factor was: exactly one of the two, to be used up with what it is for.
struct SecondFactorProof {
    std::optional<qint64> step;         ///< of TOTP
    std::optional<QByteArray> codeHash; ///< of a backup code, which nobody has looked for yet
    std::optional<int> failures;        ///< with this attempt, should it be wrong after all
    std::optional<Instant> pausedUntil; ///< likewise
};

/// The tables `mfa_factor`, `backup_code` and `mfa_challenge`. The transaction's tenant names the person.
class MfaStore {
public:
    struct Factor {
        Instant activatedAt{};
        std::optional<Instant> pausedUntil;
        int backupCodesLeft = 0;
    };
    /// The active one; nothing when there is none.
    static Result<std::optional<Factor>> find(Tx &tx, const UserId &user);

    /// The address that the person is known by in an authenticator app.
    struct Address {
        QString email;
        bool isVerified = false;
    };
    static Result<Address> addressOf(Tx &tx, const UserId &user);

    /// False when a second factor is active.
    static Result<bool> enrol(Tx &tx, const UserId &user, const QByteArray &sealedSecret);

    enum class Outcome { Attempt, Paused, None, Invalid };
    /// For which code an attempt is counted.
    struct Beginning {
        UserId user;
        std::optional<TokenId> challenge;     ///< of a login
        std::optional<Instant> enrolledSince; ///< of an enrolment to be confirmed
        int maxFailures = 0;
        std::chrono::seconds pause{};
    };
    struct Attempt {
        Outcome outcome = Outcome::None;
        QByteArray sealedSecret;
        std::optional<qint64> lastStep;
        std::optional<int> failures;
        std::optional<Instant> pausedUntil;
    };
    /// Counts an attempt before its code is looked at.
    static Result<Attempt> begin(Tx &tx, const Beginning &beginning);
    /// The same for a backup code: neither held up by a pause nor followed by one, it counts for the challenge alone.
    static Result<Attempt> beginBackupCode(Tx &tx, const Beginning &beginning);

    struct Activation {
        UserId user;
        QByteArray sealedSecret; ///< as it was when its code was looked at
        qint64 step = 0;
        std::vector<QByteArray> codeHashes;
        TenantId tenant; ///< of the session that stays
        SessionId session;
        Instant revokedUntil{};
        QByteArray events;
    };
    /// The sessions that ended; nothing when the enrolment is another one by now.
    static Result<std::optional<std::vector<SessionId>>> activate(Tx &tx, const Activation &activation);

    /// False when the proof was used before. The same holds for the next one.
    static Result<bool> remove(Tx &tx, const UserId &user, const SecondFactorProof &proof, const QByteArray &events);
    static Result<bool> replaceBackupCodes(Tx &tx, const UserId &user, const SecondFactorProof &proof, const std::vector<QByteArray> &codeHashes,
                                           const QByteArray &events);

    /// The first half of a login.
    struct LoginBegin {
        UserId user;
        QByteArray passwordHash;    ///< as it was found
        QByteArray newPasswordHash; ///< empty: it stays
        TokenId challenge;
        Instant expiresAt{};
        QByteArray events;
    };
    /// False, and nothing is written: the account has changed, or has no second factor any more.
    static Result<bool> beginLogin(Tx &tx, const LoginBegin &login);

    /// The second half.
    struct LoginEnd {
        UserId user;
        TokenId challenge;
        SecondFactorProof proof;
        QJsonObject session;
        QJsonObject refreshToken;
        QByteArray events;
    };
    enum class LoginOutcome { Done, Wrong, Invalid, Changed };
    static Result<LoginOutcome> completeLogin(Tx &tx, const LoginEnd &login);

    /// People whose secrets do not begin so, in the order of their ids, after that one. Of whichever tenant.
    static Result<std::vector<UserId>> sealedOtherwise(Tx &tx, const QByteArray &mark, const UserId &after, int most);
    /// The sealed secret of an active factor; empty when there is none.
    static Result<QByteArray> sealedSecret(Tx &tx, const UserId &user);
    /// Puts another one in its place; false when it is not that one any more.
    static Result<bool> replaceSealed(Tx &tx, const UserId &user, const QByteArray &old, const QByteArray &sealed);

    /// Whether the person has that backup code and has not used it.
    static Result<bool> hasBackupCode(Tx &tx, const UserId &user, const QByteArray &hash);
    /// Removes challenges that have expired, as far as the transaction sees them; tells how many.
    static Result<qint64> removeExpired(Tx &tx, int most);
};

} // namespace aegis
