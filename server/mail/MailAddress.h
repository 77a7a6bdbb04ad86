#pragma once

#include "shared/text/EmailAddress.h"

#include <optional>

namespace aegis {

/// An address with the name of whom it belongs to.
struct MailAddress {
    EmailAddress address;
    QString name; ///< may be empty

    /// Reads `ada@example.com`, or `Ada Lovelace <ada@example.com>`, the name with or without quotes around it and at most 100
    /// readable characters. Nothing for anything else, such as a line break in it.
    static std::optional<MailAddress> parse(QStringView text);

    /// As a header field has it (RFC 5322, `mailbox`; RFC 6532 where the address itself is not ASCII).
    QByteArray headerText() const;

    friend bool operator==(const MailAddress &, const MailAddress &) = default;
};

} // namespace aegis
