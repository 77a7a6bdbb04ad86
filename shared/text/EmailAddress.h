#pragma once

#include <QtCore/QString>
#include <QtCore/QStringView>

#include <optional>

namespace aegis {

/// A mail address in the one form in which it is stored and compared: Unicode NFC, lower case, the domain in its ASCII
/// form (RFC 5890). Two spellings of one address are equal here.
///
/// Taken are the dot-atom form of RFC 5321, section 4.1.2, and its international extension (RFC 6531) for letters, marks
/// and digits of any script; not taken are quoted local parts, comments, address literals, white space, controls, unseen
/// characters, a local part that begins with a mark or that NFKC would change (another spelling of the same to the eye), and a
/// domain that ends in a number (an IPv4 address) or whose `xn--` is no name. At most 64 octets before the @ and 254 in all.
class EmailAddress {
public:
    static std::optional<EmailAddress> parse(QStringView text);

    const QString &text() const { return m_text; }
    QString localPart() const;
    QString domain() const;

    friend bool operator==(const EmailAddress &, const EmailAddress &) = default;

private:
    explicit EmailAddress(QString text) : m_text(std::move(text)) {}

    QString m_text;
};

} // namespace aegis
