#include "shared/query/FilterAddress.h"

#include <arpa/inet.h>

#include <algorithm>

namespace aegis {
namespace {

/// What IPv4 within IPv6 begins with (RFC 4291, section 2.5.5.2).
constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// The digits of a prefix length, or -1.
int prefixOf(QStringView text)
{
    if (text.isEmpty() || text.size() > 3 || (text.size() > 1 && text.front() == u'0'))
        return -1;
    int number = 0;
    for (const QChar c : text) {
        if (c < u'0' || c > u'9')
            return -1;
        number = number * 10 + (c.unicode() - u'0');
    }
    return number;
}

/// Clears what is behind the prefix; whether there was anything.
bool clearHostBits(FilterAddress &address)
{
    bool wereSet = false;
    for (int at = 0; at < (address.isIpv6 ? 16 : 4); ++at) {
        const int kept = std::clamp(address.bits - at * 8, 0, 8);
        const auto mask = static_cast<std::uint8_t>(0xff00 >> kept);
        auto &byte = address.bytes[static_cast<std::size_t>(at)];
        wereSet = wereSet || (byte & ~mask) != 0;
        byte = static_cast<std::uint8_t>(byte & mask);
    }
    return wereSet;
}

} // namespace

FilterAddress::Parsed FilterAddress::parse(QStringView text)
{
    const qsizetype slash = text.indexOf(u'/');
    const QStringView host = slash < 0 ? text : text.first(slash);
    Parsed parsed{{}, Fault::Form};
    FilterAddress &address = parsed.address;
    if (host.size() > 45 || !std::all_of(host.begin(), host.end(), [](QChar c) { return c.unicode() > 0x20 && c.unicode() < 0x7f; }))
        return parsed;
    address.isIpv6 = host.contains(u':');
    if (inet_pton(address.isIpv6 ? AF_INET6 : AF_INET, host.toLatin1().constData(), address.bytes.data()) != 1)
        return parsed;

    const int width = address.isIpv6 ? 128 : 32;
    address.bits = slash < 0 ? width : prefixOf(text.sliced(slash + 1));
    if (address.bits < 0 || address.bits > width) {
        parsed.fault = Fault::Prefix;
        return parsed;
    }
    if (address.isIpv6 && address.bits >= 96 && std::equal(mapped.begin(), mapped.end(), address.bytes.begin())) {
        FilterAddress inner;
        std::copy_n(address.bytes.begin() + 12, 4, inner.bytes.begin());
        inner.bits = address.bits - 96;
        address = inner;
    }
    parsed.fault = clearHostBits(address) ? Fault::HostBits : Fault::None;
    return parsed;
}

QString FilterAddress::text() const
{
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    inet_ntop(isIpv6 ? AF_INET6 : AF_INET, bytes.data(), buffer.data(), static_cast<socklen_t>(buffer.size()));
    const QString host = QString::fromLatin1(buffer.data());
    return isSingle() ? host : host + u'/' + QString::number(bits);
}

} // namespace aegis
