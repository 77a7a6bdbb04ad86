#include "server/http/transport/ConnectionTable.h"

#include <QtCore/QtEndian>

namespace aegis::http {
namespace {

/// Who counts as one: an IPv4 address, or the /64 of an IPv6 address, which is what one household or host is given.
quint64 keyOf(const QHostAddress &address)
{
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4);
    if (isIpv4)
        return ipv4; // as an IPv6 prefix this would be ::/64, which is no client's
    const Q_IPV6ADDR ipv6 = address.toIPv6Address();
    return qFromBigEndian<quint64>(ipv6.c);
}

} // namespace

std::shared_ptr<ConnectionTable::Place> ConnectionTable::take(const QHostAddress &address)
{
    const bool isExempt = m_isExempt && m_isExempt(address);
    const auto key = isExempt ? std::nullopt : std::optional(keyOf(address));
    {
        const std::lock_guard lock(m_mutex);
        if (m_total >= m_limit)
            return nullptr;
        if (key && m_perAddress.value(*key) >= m_limitPerAddress)
            return nullptr;
        if (key)
            ++m_perAddress[*key];
        ++m_total;
    }
    return std::make_shared<Place>(shared_from_this(), key);
}

int ConnectionTable::total() const
{
    const std::lock_guard lock(m_mutex);
    return m_total;
}

void ConnectionTable::release(std::optional<quint64> key)
{
    const std::lock_guard lock(m_mutex);
    --m_total;
    if (!key)
        return;
    const auto found = m_perAddress.find(*key);
    if (found != m_perAddress.end() && --*found <= 0)
        m_perAddress.erase(found);
}

} // namespace aegis::http
