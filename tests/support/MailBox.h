#pragma once

#include "tests/support/ReceivedMail.h"

#include <chrono>

namespace aegis::test {

/// The maildir in which a server without a mail server keeps its mails.
class MailBox {
public:
    /// `dataDirectory`: the server's.
    explicit MailBox(const QString &dataDirectory) : m_directory(dataDirectory + QStringLiteral("/mail")) {}

    /// The mails to that address, in the order in which they were written.
    std::vector<ReceivedMail> to(const QByteArray &address) const;
    /// The same once there are so many; ends the test's wait after some seconds with what there is.
    std::vector<ReceivedMail> waitFor(const QByteArray &address, std::size_t count = 1) const;

private:
    const QString m_directory;
};

} // namespace aegis::test
