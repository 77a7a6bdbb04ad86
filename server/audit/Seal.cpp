#include "server/audit/Seal.h"

#include "server/crypto/Base64.h"

#include <QtCore/QJsonValue>

#include <algorithm>

namespace aegis {
namespace {

constexpr double greatestExact = 9'007'199'254'740'992; // 2^53: JSON's numbers are doubles

QByteArray line(const char *name, const QByteArray &value)
{
    return name + (' ' + value) + '\n';
}

QByteArray number(qint64 value)
{
    return QByteArray::number(value);
}

std::optional<qint64> numberIn(const QJsonObject &object, const char *name)
{
    const QJsonValue value = object.value(QLatin1String(name));
    const double read = value.toDouble(-1);
    if (!value.isDouble() || read < 0 || read >= greatestExact || read != static_cast<double>(static_cast<qint64>(read)))
        return std::nullopt;
    return static_cast<qint64>(read);
}

/// A word without space or line end: it stands in a signed line.
std::optional<QByteArray> wordIn(const QJsonObject &object, const char *name)
{
    const QByteArray word = object.value(QLatin1String(name)).toString().toUtf8();
    const bool isWord = word.size() <= 128 && std::all_of(word.begin(), word.end(), [](char c) { return c > ' ' && c < 0x7f; });
    return isWord ? std::optional(word) : std::nullopt;
}

std::optional<QByteArray> bytesIn(const QJsonObject &object, const char *name, qsizetype size)
{
    const QByteArray hex = object.value(QLatin1String(name)).toString().toLatin1();
    const QByteArray bytes = QByteArray::fromHex(hex);
    return bytes.size() == size && bytes.toHex() == hex ? std::optional(bytes) : std::nullopt;
}

QString text(const QByteArray &latin1)
{
    return QString::fromLatin1(latin1);
}

qint64 micros(Instant instant)
{
    return instant.time_since_epoch().count();
}

Instant instantOf(qint64 micros)
{
    return Instant(std::chrono::microseconds(micros));
}

} // namespace

QByteArray Seal::statement() const
{
    return "aegis audit seal 1\n" + line("sequence", number(sequence)) + line("era", number(era)) + line("previous", hexOf(previous))
        + line("position", number(qint64(position))) + line("size", number(qint64(size))) + line("xids", number(xidFrom) + ' ' + number(xidTo))
        + line("root", hexOf(root)) + line("time", number(micros(time))) + line("key", keyId);
}

Sha256 Seal::chainHash() const
{
    return sha256Digest(statement() + signature);
}

QJsonObject Seal::toJson() const
{
    return {{QStringLiteral("sequence"), sequence},
            {QStringLiteral("era"), era},
            {QStringLiteral("previous"), text(hexOf(previous))},
            {QStringLiteral("position"), qint64(position)},
            {QStringLiteral("size"), qint64(size)},
            {QStringLiteral("xidFrom"), xidFrom},
            {QStringLiteral("xidTo"), xidTo},
            {QStringLiteral("root"), text(hexOf(root))},
            {QStringLiteral("time"), micros(time)},
            {QStringLiteral("key"), text(keyId)},
            {QStringLiteral("signature"), text(signature.toHex())}};
}

std::optional<Seal> Seal::fromJson(const QJsonObject &object)
{
    const auto sequence = numberIn(object, "sequence");
    const auto era = numberIn(object, "era");
    const auto previous = bytesIn(object, "previous", 32);
    const auto position = numberIn(object, "position");
    const auto size = numberIn(object, "size");
    const auto xidFrom = numberIn(object, "xidFrom");
    const auto xidTo = numberIn(object, "xidTo");
    const auto root = bytesIn(object, "root", 32);
    const auto time = numberIn(object, "time");
    const auto keyId = wordIn(object, "key");
    const auto signature = bytesIn(object, "signature", 64);
    if (!sequence || !era || *era > 1'000'000 || !previous || !position || !size || *size <= *position || !xidFrom || !xidTo || !root || !time
        || !keyId || !signature)
        return std::nullopt;
    return Seal{.sequence = *sequence,
                .era = static_cast<int>(*era),
                .previous = hashOf(*previous),
                .position = quint64(*position),
                .size = quint64(*size),
                .xidFrom = *xidFrom,
                .xidTo = *xidTo,
                .root = hashOf(*root),
                .time = instantOf(*time),
                .keyId = *keyId,
                .signature = *signature};
}

QByteArray SealKey::statement() const
{
    return "aegis audit key 1\n" + line("sequence", number(firstSequence)) + line("key", keyId) + line("public", publicKey.toHex())
        + line("time", number(micros(madeAt))) + line("previous", previousKey.isEmpty() ? QByteArray("-") : previousKey);
}

Result<SigningKey> SealKey::key() const
{
    TRY(SigningKey made,
        SigningKey::fromJwk({{QStringLiteral("kty"), QStringLiteral("OKP")},
                             {QStringLiteral("crv"), QStringLiteral("Ed25519")},
                             {QStringLiteral("x"), text(base64Url(publicKey))}}));
    if (made.kid() != keyId)
        return Problem(ProblemCode::Internal).withInternal(QStringLiteral("the id of an audit key is not its own"));
    return made;
}

QJsonObject SealKey::toJson() const
{
    return {{QStringLiteral("sequence"), firstSequence},
            {QStringLiteral("key"), text(keyId)},
            {QStringLiteral("public"), text(publicKey.toHex())},
            {QStringLiteral("time"), micros(madeAt)},
            {QStringLiteral("previous"), previousKey.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(text(previousKey))},
            {QStringLiteral("endorsement"), endorsement.isEmpty() ? QJsonValue(QJsonValue::Null) : QJsonValue(text(endorsement.toHex()))},
            {QStringLiteral("signature"), text(signature.toHex())}};
}

std::optional<SealKey> SealKey::fromJson(const QJsonObject &object)
{
    const auto sequence = numberIn(object, "sequence");
    const auto keyId = wordIn(object, "key");
    const auto publicKey = bytesIn(object, "public", 32);
    const auto time = numberIn(object, "time");
    const auto previous = wordIn(object, "previous"); // null reads as empty
    const auto endorsement = object.value(QLatin1String("endorsement")).isNull() ? std::optional(QByteArray()) : bytesIn(object, "endorsement", 64);
    const auto signature = bytesIn(object, "signature", 64);
    if (!sequence || !keyId || !publicKey || !time || !previous || !endorsement || !signature)
        return std::nullopt;
    return SealKey{.firstSequence = *sequence,
                   .keyId = *keyId,
                   .publicKey = *publicKey,
                   .madeAt = instantOf(*time),
                   .previousKey = *previous,
                   .endorsement = *endorsement,
                   .signature = *signature};
}

QByteArray publicBytes(const SigningKey &key)
{
    const auto jwk = key.publicJwk();
    return jwk ? base64UrlDecode(jwk->value(QLatin1String("x")).toString().toLatin1()).value_or(QByteArray()) : QByteArray();
}

QByteArray hexOf(const Sha256 &hash)
{
    return bytesOf(hash).toHex();
}

std::optional<Sha256> hashFromHex(QByteArrayView hex)
{
    const QByteArray bytes = QByteArray::fromHex(hex.toByteArray());
    return bytes.size() == 32 && hex.size() == 64 ? std::optional(hashOf(bytes)) : std::nullopt;
}

QByteArray bytesOf(const Sha256 &hash)
{
    return QByteArray(reinterpret_cast<const char *>(hash.data()), qsizetype(hash.size()));
}

Sha256 hashOf(QByteArrayView bytes)
{
    Q_ASSERT(bytes.size() == 32);
    Sha256 hash{};
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char *>(hash.data()));
    return hash;
}

} // namespace aegis
