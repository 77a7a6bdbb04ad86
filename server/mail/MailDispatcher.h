#pragma once

#include "server/db/DatabaseSession.h"
#include "server/mail/MailOutbox.h"
#include "server/mail/MailOutboxStore.h"
#include "server/mail/MailTransport.h"
#include "server/metrics/Metrics.h"

#include <atomic>
#include <functional>

namespace aegis {

/// Sends what lies in the outbox, one mail after the other, each outside of any transaction: it takes a mail for the time of a
/// lease, hands it over, and removes it. Who dies in between leaves it to the others, so a mail can come twice, with the same
/// Message-ID, and none is lost. Any number of servers may do it at once.
///
/// A mail that is not taken is tried again, after a pause that doubles, until nobody wants it any more; one that is refused
/// for good is given up at once. Both are said in the log and in `aegis_mails_total`.
class MailDispatcher {
public:
    struct Options {
        MailAddress from;
        std::chrono::milliseconds lease{120'000}; ///< longer than any send() takes
        std::chrono::milliseconds retryFirst{30'000};
        std::chrono::milliseconds retryLongest{900'000};
        std::function<Instant()> clock;
    };

    MailDispatcher(DatabaseSession session, const MailOutbox &outbox, MailTemplates templates, std::unique_ptr<MailTransport> transport,
                   Metrics &metrics, Options options);

    /// Sends all that is due. The first call only looks at the outbox, because the start does not wait for a mail server. On one
    /// thread.
    Result<void> step();
    /// Makes step() end soon, and every later one at once. Any thread.
    void stop();

    /// How long to wait after so many tries, from 1.
    std::chrono::milliseconds pauseAfter(int attempts) const;

private:
    using Claim = MailOutboxStore::Claim;

    Result<void> look();
    Result<void> deliver(const Claim &claim);
    Result<MailMessage> compose(const Claim &claim) const;
    Result<void> giveUp(const Claim &claim, const QString &reason);
    Result<void> tryAgain(const Claim &claim, const QString &reason);
    RequestContext context() const { return RequestContext::forSystem(m_options.clock()); }

    DatabaseSession m_session;
    const MailOutbox &m_outbox;
    const MailTemplates m_templates;
    const std::unique_ptr<MailTransport> m_transport;
    const Options m_options;
    Counter &m_sent;
    Counter &m_retried;
    Counter &m_givenUp;
    bool m_hasLooked = false;
    std::atomic<bool> m_stopping{false};
    std::atomic<std::int64_t> m_waiting{0};
    std::atomic<std::int64_t> m_oldest{0}; ///< when the oldest was written, in seconds since 1970; 0: none waits
    std::optional<Instant> m_lastLook;
    std::vector<Metrics::Sampled> m_sampled;
};

} // namespace aegis
