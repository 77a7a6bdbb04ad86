#include "server/config/Subnet.h"

#include "server/config/SettingText.h"

namespace aegis {
namespace {

/// IPv4 also when it came in as IPv6.
QHostAddress unmapped(const QHostAddress &address)
{
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4);
    return isIpv4 ? QHostAddress(ipv4) : address;
}

} // namespace

std::optional<Subnet> Subnet::parse(QByteArrayView text)
{
    const qsizetype slash = text.indexOf('/');
    const QByteArrayView addressText = slash < 0 ? text : text.first(slash);
    // Qt also reads `10` and `10.1` as addresses; a person who writes that means something else.
    if (!addressText.contains(':') && addressText.toByteArray().count('.') != 3)
        return std::nullopt;
    QHostAddress address(QString::fromLatin1(addressText));
    if (address.isNull() || !address.scopeId().isEmpty())
        return std::nullopt;
    const bool isIpv4 = address.protocol() == QHostAddress::IPv4Protocol;
    const int width = isIpv4 ? 32 : 128;
    int bits = width;
    if (slash >= 0) {
        const auto number = setting_text::parseInteger(text.sliced(slash + 1));
        if (!number || *number > width)
            return std::nullopt;
        bits = static_cast<int>(*number);
    }

    if (isIpv4) {
        const quint32 hostBits = bits == 32 ? 0U : 0xffffffffU >> bits;
        if ((address.toIPv4Address() & hostBits) != 0)
            return std::nullopt;
    } else {
        const Q_IPV6ADDR bytes = address.toIPv6Address();
        for (int bit = bits; bit < width; ++bit) {
            if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
                return std::nullopt;
        }
    }
    return Subnet(std::move(address), bits);
}

bool Subnet::contains(const QHostAddress &address) const
{
    QHostAddress candidate = unmapped(address);
    candidate.setScopeId(QString());
    return candidate.protocol() == m_address.protocol() && candidate.isInSubnet(m_address, m_bits);
}

QByteArray Subnet::text() const
{
    return m_address.toString().toLatin1() + '/' + QByteArray::number(m_bits);
}

} // namespace aegis
