#pragma once

#include "server/limits/CounterTable.h"
#include "shared/ids/Id.h"
#include "shared/text/Secret.h"

#include <QtCore/QByteArray>
#include <QtNetwork/QHostAddress>

#include <array>

namespace aegis {

/// Who is counted as one, in 16 bytes: a client address, of IPv6 its /64 (a customer has at least that many); or a person.
struct LimitSubject {
    std::array<unsigned char, 16> bytes{};
    std::array<unsigned char, 16> neighbourhood{}; ///< an IPv4 /16 or an IPv6 /32, as providers hand them out; a person is its own

    static LimitSubject of(const QHostAddress &address);
    static LimitSubject of(const UserId &person);
    /// Whether two are counted as one.
    friend bool operator==(const LimitSubject &a, const LimitSubject &b) { return a.bytes == b.bytes; }
};

/// The network that a client address is counted with: the IPv4 address itself, the /64 of an IPv6 one; empty for none.
QByteArray limitNetwork(const QHostAddress &address);

/// Makes keys of counters. In memory they are hashes under a random seed of this process, so that nobody can choose addresses that meet
/// in one place. Shared with other instances they are HMACs under a key of the installation, so that whoever reads Redis learns neither
/// e-mail addresses nor where people are. Any thread.
class LimitKeys {
public:
    explicit LimitKeys(Secret key);

    /// `salt` keeps counters of different kinds apart.
    CounterPlace place(const LimitSubject &subject, unsigned salt) const;
    /// In hexadecimal, 32 digits. `kind` is a short word.
    QByteArray shared(QByteArrayView kind, const LimitSubject &subject) const;
    /// The 16 bytes of a keyed hash of some text, such as an e-mail address.
    LimitSubject hashed(QByteArrayView kind, QByteArrayView text) const;
    /// A fraction from 0 up to 1 that belongs to the text.
    double fraction(QByteArrayView kind, QByteArrayView text) const;

private:
    Secret m_key;
    size_t m_regionSeed;
    size_t m_keySeed;
};

} // namespace aegis
