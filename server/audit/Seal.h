#pragma once

#include "server/crypto/Digest.h"
#include "server/crypto/SigningKey.h"
#include "shared/time/Instant.h"

#include <QtCore/QJsonObject>

#include <optional>

namespace aegis {

/// A signed head of the tree of all events. What is signed is statement(); docs/audit.md describes it byte by byte.
struct Seal {
    qint64 sequence = 0;  ///< from 1
    int era = 1;          ///< grows when transaction ids began anew
    Sha256 previous{};    ///< chainHash() of the seal before; zeros: the first one
    quint64 position = 0; ///< of its first event in the tree
    quint64 size = 0;     ///< of the tree with its events
    qint64 xidFrom = 0;   ///< the transactions that it covers begin with this one
    qint64 xidTo = 0;     ///< and end before this one
    Sha256 root{};        ///< of the whole tree
    Instant time{};
    QByteArray keyId; ///< RFC 7638 thumbprint of the key
    QByteArray signature;

    quint64 count() const { return size - position; }
    QByteArray statement() const;
    /// SHA-256 of statement and signature: what the next seal names.
    Sha256 chainHash() const;

    QJsonObject toJson() const;
    /// Nothing when a member is missing or is none of a seal.
    static std::optional<Seal> fromJson(const QJsonObject &object);

    friend bool operator==(const Seal &, const Seal &) = default;
};

/// A key that signs seals, from one of them on: signed by itself and, as a change, by the key before.
struct SealKey {
    qint64 firstSequence = 0; ///< of the seals that it signs
    QByteArray keyId;
    QByteArray publicKey; ///< Ed25519, 32 bytes
    Instant madeAt{};
    QByteArray previousKey; ///< its id; empty: the first one
    QByteArray endorsement; ///< by the previous key; empty: the first one, or the previous key was lost
    QByteArray signature;

    QByteArray statement() const;
    /// The key to verify with; `internal` when the bytes are none, or its id is another one.
    Result<SigningKey> key() const;

    QJsonObject toJson() const;
    static std::optional<SealKey> fromJson(const QJsonObject &object);
};

/// The 32 bytes of an Ed25519 key's public half.
QByteArray publicBytes(const SigningKey &key);

QByteArray hexOf(const Sha256 &hash);
/// Nothing for what is not 64 hexadecimal digits.
std::optional<Sha256> hashFromHex(QByteArrayView hex);
/// The hash in the form in which it is stored; 32 bytes.
QByteArray bytesOf(const Sha256 &hash);
Sha256 hashOf(QByteArrayView bytes);

} // namespace aegis
