#pragma once

#include "server/auth/EmailToken.h"
#include "server/db/Database.h"

#include <chrono>

namespace aegis {

using MailRequestId = Id<struct MailRequestTag>;

/// The table `mail_request`: who asked for a mail by an address.
class MailRequestStore {
public:
    static Task<Result<void>> add(Database &database, const RequestContext &context, const MailRequestId &id, EmailToken::Kind kind,
                                  const QByteArray &sealed);

    struct Claim {
        MailRequestId id;
        EmailToken::Kind kind = EmailToken::Kind::PasswordReset;
        QByteArray sealed;
        Instant createdAt{};
        int attempts = 0; ///< with this one; nobody else has the same number
    };
    /// Takes the one that has been due for longest; nothing when none is.
    static Result<std::optional<Claim>> claim(Tx &tx, std::chrono::milliseconds lease);
    static Result<void> remove(Tx &tx, const Claim &claim);

    struct Fulfilment {
        UserId user;
        int most = 0; ///< of the kind, in an hour
        QJsonObject token;
        QJsonObject mail;
        QByteArray events;
    };
    /// In the account's tenant. False: somebody else has done it, or there were too many; nothing is sent.
    static Result<bool> fulfil(Tx &tx, const Claim &claim, const Fulfilment &fulfilment);
};

} // namespace aegis
