#pragma once

#include "server/auth/AccountMails.h"
#include "server/auth/AccountStore.h"
#include "server/auth/MailRequestService.h"
#include "server/db/DatabaseSession.h"

#include <functional>

namespace aegis {

/// Does what was asked for by an address: looks whether there is such an account, and writes its mail into the outbox. On one
/// thread; any number of servers may do it at once.
class MailRequestJob {
public:
    struct Options {
        int most = 5;          ///< mails of a kind that an account gets in an hour
        bool verifies = false; ///< whether addresses are verified here at all
        std::function<Instant()> clock;
    };

    MailRequestJob(DatabaseSession session, const Sealing &sealing, const AccountMails &mails, Options options) :
        m_session(std::move(session)), m_sealing(sealing), m_mails(mails), m_options(std::move(options))
    {
    }

    /// Does all that are due, but for 500 at a time.
    Result<void> step();

private:
    using Claim = MailRequestStore::Claim;

    Result<void> fulfil(const Claim &claim);
    Result<void> drop(const Claim &claim);
    bool isWanted(EmailToken::Kind kind, const std::optional<Account> &account) const;

    DatabaseSession m_session;
    const Sealing &m_sealing;
    const AccountMails &m_mails;
    const Options m_options;
    std::optional<Claim> m_claim; ///< what was begun and could not be done for want of the database
};

} // namespace aegis
