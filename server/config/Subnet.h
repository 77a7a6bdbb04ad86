#pragma once

#include <QtCore/QByteArrayView>
#include <QtNetwork/QHostAddress>

#include <optional>

namespace aegis {

/// A network of IPv4 or IPv6 in CIDR notation (RFC 4632, section 3.1; RFC 4291, section 2.3). A value type.
class Subnet {
public:
    /// Reads `10.0.0.0/8`, `2001:db8::/32`, or a single address. Nothing for anything else, and for an address with bits
    /// set behind the prefix: that is a typing error more often than not.
    static std::optional<Subnet> parse(QByteArrayView text);

    /// Whether the address lies in this network. An IPv4 address that came in as IPv6 (`::ffff:10.0.0.1`) counts as IPv4.
    bool contains(const QHostAddress &address) const;

    /// `10.0.0.0/8`
    QByteArray text() const;

    friend bool operator==(const Subnet &, const Subnet &) = default;

private:
    Subnet(QHostAddress address, int bits) : m_address(std::move(address)), m_bits(bits) {}

    QHostAddress m_address;
    int m_bits = 0;
};

} // namespace aegis
