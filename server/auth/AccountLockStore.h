#pragma once

#include "server/db/Tx.h"

#include <optional>
#include <vector>

namespace aegis {

/// Locks of accounts, and where an account is at home. The transaction is of the account's person.
class AccountLockStore {
public:
    struct Lock {
        UserId user;
        Instant until{};
        Instant revokedUntil{}; ///< when the last access token of its sessions has expired
        QByteArray events;      ///< written if it locks
        QJsonObject mail;       ///< the same
    };
    /// The sessions that its revocation does not speak of, because by their ids they were opened later; nothing: the account
    /// was not active, and nothing was written.
    static Result<std::optional<std::vector<SessionId>>> lock(Tx &tx, const Lock &lock);

    /// In which mails to the person are written: that of its newest session that has one; empty when none has.
    static Result<QByteArray> languageOf(Tx &tx, const UserId &user);

    enum class By { Timer, Administrator };
    /// The e-mail address of the account; nothing when there is no lock that may be ended, and nothing was written.
    static Result<std::optional<QString>> unlock(Tx &tx, const UserId &user, By by, const QByteArray &events);

    /// Until when failed logins have locked the account; nothing: they have not.
    static Result<std::optional<Instant>> lockedUntil(Tx &tx, const UserId &user);
    /// Accounts whose lock is over, of all tenants.
    static Result<std::vector<UserId>> expired(Tx &tx, int most);

    /// Whether the account has an open session that was opened from that network (see limitNetwork()).
    static Result<bool> isAtHome(Tx &tx, const UserId &user, const QByteArray &network);
};

} // namespace aegis
