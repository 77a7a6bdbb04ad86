#include "server/http/ClientAddress.h"

#include <algorithm>

namespace aegis::http {
namespace {

/// IPv4 that is dressed as IPv6 (`::ffff:192.0.2.1`) is IPv4, and the interface on which a link-local neighbour is heard
/// (`fe80::1%eth0`) is no part of its address: PostgreSQL's inet has no place for it.
QHostAddress plain(QHostAddress address)
{
    if (address.protocol() == QAbstractSocket::IPv4Protocol)
        return address;
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4);
    if (isIpv4)
        return QHostAddress(ipv4);
    address.setScopeId(QString());
    return address;
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`; null for anything else, such as names.
QHostAddress parseHop(QByteArrayView text)
{
    text = text.trimmed();
    if (text.startsWith('[')) {
        const qsizetype end = text.indexOf(']');
        if (end < 0)
            return {};
        text = text.sliced(1, end - 1);
    } else if (std::count(text.begin(), text.end(), ':') == 1) {
        text = text.first(text.indexOf(':'));
    }
    const bool isAddress = !text.isEmpty() && text.size() <= 45 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '.' || c == ':';
    });
    const bool isIpv6 = text.contains(':');
    if (!isAddress || (!isIpv6 && std::count(text.begin(), text.end(), '.') != 3)) // Qt also reads `127.1` and `1`
        return {};
    QHostAddress address;
    address.setAddress(QString::fromLatin1(text));
    return plain(address);
}

std::vector<QByteArrayView> splitAt(QByteArrayView text, char separator)
{
    std::vector<QByteArrayView> parts;
    qsizetype start = 0;
    for (qsizetype i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] != separator)
            continue;
        parts.push_back(text.sliced(start, i - start));
        start = i + 1;
    }
    return parts;
}

/// The hops that the proxies wrote down, the farthest first.
std::vector<QByteArrayView> hopsOf(const HttpRequest &request)
{
    std::vector<QByteArrayView> hops;
    for (const QByteArrayView value : request.headers.values("X-Forwarded-For")) {
        for (const QByteArrayView hop : splitAt(value, ','))
            hops.push_back(hop);
    }
    return hops;
}

} // namespace

Result<ClientAddress> ClientAddress::trusting(const QStringList &proxies)
{
    ClientAddress result;
    for (const QString &text : proxies) {
        const auto range = QHostAddress::parseSubnet(text.trimmed());
        if (range.first.isNull() || range.second < 0)
            return Problem(ProblemCode::Internal).withInternal(QStringLiteral("a trusted proxy is neither an address nor a range: %1").arg(text));
        result.m_trusted.emplace_back(range);
    }
    return result;
}

bool ClientAddress::isTrusted(const QHostAddress &address) const
{
    return std::any_of(m_trusted.begin(), m_trusted.end(), [&](const auto &range) { return address.isInSubnet(range); });
}

QHostAddress ClientAddress::of(const HttpRequest &request) const
{
    QHostAddress client = plain(request.peer);
    if (m_trusted.empty() || !isTrusted(client))
        return client;
    const std::vector<QByteArrayView> hops = hopsOf(request);
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        const QHostAddress address = parseHop(*hop);
        if (address.isNull())
            return client; // unreadable: no farther than the last one that is known
        client = address;
        if (!isTrusted(client))
            return client;
    }
    return client;
}

bool ClientAddress::isPassedOn(const HttpRequest &request)
{
    const HeaderFields &fields = request.headers;
    return fields.contains("X-Forwarded-For") || fields.contains("Forwarded") || fields.contains("Via");
}

bool ClientAddress::isEncrypted(const HttpRequest &request) const
{
    if (request.tls)
        return true;
    return !m_trusted.empty() && isTrusted(plain(request.peer)) && equalsIgnoringCase(request.headers.value("X-Forwarded-Proto"), "https");
}

} // namespace aegis::http
