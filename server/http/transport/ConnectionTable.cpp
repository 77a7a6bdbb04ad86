#include "server/http/transport/ConnectionTable.h"

#include <QtCore/QtEndian>

#include <algorithm>

namespace aegis::http {
namespace {

/// Kept for who looks after the server (health, metrics) and for its proxies, while everybody else fills the table.
constexpr int mostReserved = 32;
constexpr int networksOfASite = 4;

void giveBack(QHash<quint64, int> &counts, quint64 key)
{
    const auto found = counts.find(key);
    if (found != counts.end() && --*found <= 0)
        counts.erase(found);
}

} // namespace

ConnectionTable::ConnectionTable(Options options) : m_options(std::move(options)), m_reserved(std::min(mostReserved, m_options.connections / 4)) {}

std::shared_ptr<ConnectionTable::Place> ConnectionTable::take(const QHostAddress &address)
{
    const bool preferred = isPreferred(address);
    const std::optional<Keys> keys = keysOf(address);
    {
        const std::lock_guard lock(m_mutex);
        if (!hasRoom(preferred) || (keys && !mayHaveMore(*keys)))
            return nullptr;
        if (keys)
            ++m_perNetwork[keys->network];
        if (keys && keys->site)
            ++m_perSite[*keys->site];
        if (preferred)
            ++m_preferred;
        ++m_total;
    }
    return std::make_shared<Place>(shared_from_this(), keys, preferred);
}

bool ConnectionTable::isFullFor(const QHostAddress &address) const
{
    const std::optional<Keys> keys = keysOf(address);
    const std::lock_guard lock(m_mutex);
    return !hasRoom(isPreferred(address)) && (!keys || mayHaveMore(*keys));
}

int ConnectionTable::total() const
{
    const std::lock_guard lock(m_mutex);
    return m_total;
}

bool ConnectionTable::hasRoom(bool preferred) const
{
    const int kept = preferred ? 0 : std::max(0, m_reserved - m_preferred);
    return m_total + kept < m_options.connections;
}

bool ConnectionTable::mayHaveMore(const Keys &keys) const
{
    return m_perNetwork.value(keys.network) < m_options.connectionsPerAddress
        && (!keys.site || m_perSite.value(*keys.site) < qint64(networksOfASite) * m_options.connectionsPerAddress);
}

std::optional<ConnectionTable::Keys> ConnectionTable::keysOf(const QHostAddress &address) const
{
    if (m_options.isProxy && m_options.isProxy(address))
        return std::nullopt;
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4);
    if (isIpv4)
        return Keys{.network = ipv4, .site = std::nullopt}; // as an IPv6 prefix this would be ::/64, which is no client's
    const Q_IPV6ADDR ipv6 = address.toIPv6Address();
    const auto prefix = qFromBigEndian<quint64>(ipv6.c);
    return Keys{.network = prefix, .site = prefix >> 16};
}

bool ConnectionTable::isPreferred(const QHostAddress &address) const
{
    return address == QHostAddress(QHostAddress::LocalHost) || address == QHostAddress(QHostAddress::LocalHostIPv6)
        || (m_options.isProxy && m_options.isProxy(address));
}

void ConnectionTable::release(const Place &place)
{
    const std::lock_guard lock(m_mutex);
    --m_total;
    if (place.m_preferred)
        --m_preferred;
    if (!place.m_keys)
        return;
    giveBack(m_perNetwork, place.m_keys->network);
    if (place.m_keys->site)
        giveBack(m_perSite, *place.m_keys->site);
}

} // namespace aegis::http
