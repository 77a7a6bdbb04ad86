#include "server/limits/LimitKeys.h"

#include "server/crypto/Hmac.h"

#include <QtCore/QHashFunctions>
#include <QtCore/QRandomGenerator>

#include <cstring>

namespace aegis {
namespace {

QByteArrayView viewOf(const std::array<unsigned char, 16> &bytes)
{
    return {reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

QByteArray labelled(QByteArrayView kind, QByteArrayView text)
{
    QByteArray message("aegis limit ");
    message.append(kind).append('\0').append(text);
    return message;
}

size_t randomSeed()
{
    return static_cast<size_t>(QRandomGenerator::system()->generate64());
}

} // namespace

LimitSubject LimitSubject::of(const QHostAddress &address)
{
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4); // also of ::ffff:192.0.2.1
    const Q_IPV6ADDR whole = address.toIPv6Address();
    LimitSubject subject;
    if (isIpv4) {
        subject.bytes[10] = subject.bytes[11] = 0xff;
        for (std::size_t i = 0; i < 4; ++i)
            subject.bytes[12 + i] = static_cast<unsigned char>(ipv4 >> (24 - 8 * i));
        std::copy_n(subject.bytes.begin(), 14, subject.neighbourhood.begin());
    } else {
        std::copy_n(std::begin(whole.c), 8, subject.bytes.begin());
        std::copy_n(std::begin(whole.c), 4, subject.neighbourhood.begin());
    }
    return subject;
}

LimitSubject LimitSubject::of(const UserId &person)
{
    LimitSubject subject;
    const QByteArray id = person.uuid().toRfc4122();
    std::memcpy(subject.bytes.data(), id.constData(), subject.bytes.size());
    subject.neighbourhood = subject.bytes;
    return subject;
}

QByteArray limitNetwork(const QHostAddress &address)
{
    if (address.isNull())
        return {};
    bool isIpv4 = false;
    const quint32 ipv4 = address.toIPv4Address(&isIpv4);
    if (isIpv4)
        return QHostAddress(ipv4).toString().toLatin1();
    Q_IPV6ADDR whole = address.toIPv6Address();
    std::fill(std::begin(whole.c) + 8, std::end(whole.c), quint8(0));
    return QHostAddress(whole).toString().toLatin1() + "/64";
}

LimitKeys::LimitKeys(Secret key) : m_key(std::move(key)), m_regionSeed(randomSeed()), m_keySeed(randomSeed()) {}

CounterPlace LimitKeys::place(const LimitSubject &subject, unsigned salt) const
{
    return {.region = qHashBits(subject.neighbourhood.data(), subject.neighbourhood.size(), m_regionSeed),
            .key = qHashBits(subject.bytes.data(), subject.bytes.size(), m_keySeed + salt)};
}

QByteArray LimitKeys::shared(QByteArrayView kind, const LimitSubject &subject) const
{
    return hmacSha256(m_key, labelled(kind, viewOf(subject.bytes))).first(16).toHex();
}

LimitSubject LimitKeys::hashed(QByteArrayView kind, QByteArrayView text) const
{
    const Sha256 digest = hmacSha256Digest(m_key, labelled(kind, text));
    LimitSubject subject;
    std::memcpy(subject.bytes.data(), digest.data(), subject.bytes.size());
    subject.neighbourhood = subject.bytes;
    return subject;
}

double LimitKeys::fraction(QByteArrayView kind, QByteArrayView text) const
{
    const Sha256 digest = hmacSha256Digest(m_key, labelled(kind, text));
    std::uint64_t bits = 0;
    std::memcpy(&bits, digest.data(), sizeof bits);
    return static_cast<double>(bits >> 11) / 9007199254740992.0; // 2^53
}

} // namespace aegis
