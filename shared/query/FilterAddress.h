#pragma once

#include <QtCore/QString>
#include <QtCore/QStringView>

#include <array>
#include <cstdint>

namespace aegis {

/// An IP address, or a network in CIDR notation (RFC 4632, section 3.1; RFC 4291, section 2.3). IPv4 within IPv6
/// (`::ffff:10.0.0.1`) counts as IPv4. It needs no network classes, so that everybody can read filters.
struct FilterAddress {
    std::array<std::uint8_t, 16> bytes{}; ///< in network order; of IPv4 the first four
    bool isIpv6 = false;
    int bits = 0; ///< of the prefix: 32 or 128 for a single address

    enum class Fault {
        None,
        Form,     ///< it is no address
        Prefix,   ///< the number behind the slash
        HostBits, ///< bits are set behind the prefix: a typing error more often than not
    };
    struct Parsed;

    static Parsed parse(QStringView text);

    bool isSingle() const { return bits == (isIpv6 ? 128 : 32); }
    /// `10.1.0.0/16`, or `10.1.0.7` for a single address.
    QString text() const;

    friend bool operator==(const FilterAddress &, const FilterAddress &) = default;
};

/// What came of reading an address.
struct FilterAddress::Parsed {
    FilterAddress address{}; ///< for HostBits: the network that may have been meant
    Fault fault = Fault::None;
};

} // namespace aegis
