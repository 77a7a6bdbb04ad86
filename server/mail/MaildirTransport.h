#pragma once

#include "server/mail/MailTransport.h"

namespace aegis {

/// Keeps mails as files in a maildir (`tmp`, `new`, `cur`), the directories 0700 and the files 0600: for a server that has
/// no mail server, and for tests. A mail that comes again takes the place of itself.
class MaildirTransport final : public MailTransport {
public:
    /// The directory is made with the first mail.
    explicit MaildirTransport(QString directory) : m_directory(std::move(directory)) {}

    MailOutcome send(const MailMessage &mail) override;
    void stop() override {}

private:
    const QString m_directory;
};

} // namespace aegis
