#pragma once

#include "server/db/Tx.h"
#include "server/mail/MailMessage.h"

namespace aegis {

/// The table `mail_outbox`, as the server's own transactions see it: those without a tenant.
class MailOutboxStore {
public:
    /// A mail that this server has taken to send it, for as long as the lease.
    struct Claim {
        TenantId tenant;
        MailId id;
        QString kind;
        QByteArray language;
        QByteArray sealed;
        Instant createdAt{};
        Instant expiresAt{};
        int attempts = 0; ///< with this one; nobody else has the same number
    };
    /// Takes the one that has been due for longest; nothing when none is.
    static Result<std::optional<Claim>> claim(Tx &tx, std::chrono::milliseconds lease);
    /// False when another server has taken it since.
    static Result<bool> remove(Tx &tx, const Claim &claim);
    static Result<bool> postpone(Tx &tx, const Claim &claim, Instant nextAttemptAt);

    /// Removes some that ended more than a day ago, which no server was there to give up; tells how many.
    static Result<qint64> removeExpired(Tx &tx, int most);

    /// What waits.
    struct Backlog {
        qint64 mails = 0;
        std::optional<Instant> oldest;
    };
    static Result<Backlog> backlog(Tx &tx);
};

} // namespace aegis
