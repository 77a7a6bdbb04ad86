#include "server/config/SettingText.h"

#include <QtCore/QUrl>

#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <utility>

namespace aegis::setting_text {
namespace {

struct Unit {
    QByteArrayView name;
    std::int64_t factor;
};

/// A number followed by one of the units, or by none of them.
std::optional<std::int64_t> parseScaled(QByteArrayView text, std::span<const Unit> units, std::int64_t bareFactor)
{
    qsizetype length = 0;
    while (length < text.size() && text[length] >= '0' && text[length] <= '9')
        ++length;
    const auto number = parseInteger(text.first(length));
    if (!number)
        return std::nullopt;
    const QByteArrayView name = text.sliced(length);
    std::optional<std::int64_t> factor = name.isEmpty() ? std::optional(bareFactor) : std::nullopt;
    for (const Unit &unit : units) {
        if (unit.name == name)
            factor = unit.factor;
    }
    if (!factor || *number > std::numeric_limits<std::int64_t>::max() / *factor)
        return std::nullopt;
    return *number * *factor;
}

} // namespace

std::optional<std::int64_t> parseInteger(QByteArrayView text)
{
    if (text.isEmpty() || text.front() < '0' || text.front() > '9') // from_chars would take a minus
        return std::nullopt;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
    return error == std::errc() && end == text.end() ? std::optional(number) : std::nullopt;
}

std::optional<bool> parseToggle(QByteArrayView text)
{
    static constexpr std::array<std::pair<QByteArrayView, bool>, 8> words{
        {{"on", true}, {"true", true}, {"yes", true}, {"1", true}, {"off", false}, {"false", false}, {"no", false}, {"0", false}}};
    for (const auto &[word, value] : words) {
        if (text.compare(word, Qt::CaseInsensitive) == 0)
            return value;
    }
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> parseDuration(QByteArrayView text)
{
    static constexpr std::array<Unit, 6> units{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}, {"w", 604'800'000}}};
    const auto value = parseScaled(text, units, 1000);
    return value ? std::optional(std::chrono::milliseconds(*value)) : std::nullopt;
}

std::optional<Rate> parseRate(QByteArrayView text)
{
    const qsizetype slash = text.indexOf('/');
    if (slash < 0)
        return std::nullopt;
    const auto calls = parseInteger(text.first(slash));
    const auto window = parseDuration(text.sliced(slash + 1));
    if (!calls || *calls < 1 || *calls > 1'000'000 || !window || *window < std::chrono::seconds(1) || *window > std::chrono::hours(24))
        return std::nullopt;
    return Rate{.calls = static_cast<int>(*calls), .window = *window};
}

std::optional<std::int64_t> parseSize(QByteArrayView text)
{
    static constexpr std::array<Unit, 8> units{{{"B", 1},
                                                {"KiB", 1024},
                                                {"MiB", 1024 * 1024},
                                                {"GiB", 1024 * 1024 * 1024},
                                                {"kB", 1000},
                                                {"KB", 1000},
                                                {"MB", 1'000'000},
                                                {"GB", 1'000'000'000}}};
    return parseScaled(text, units, 1);
}

QList<QByteArray> parseList(QByteArrayView text)
{
    QList<QByteArray> parts;
    for (const QByteArray &part : text.toByteArray().split(',')) {
        if (QByteArray trimmed = part.trimmed(); !trimmed.isEmpty())
            parts.append(std::move(trimmed));
    }
    return parts;
}

std::optional<QByteArray> parseKey256(QByteArrayView text)
{
    const QByteArray bytes = text.toByteArray();
    if (bytes.size() == 32)
        return bytes;
    if (bytes.size() == 64) {
        const QByteArray key = QByteArray::fromHex(bytes);
        return key.size() == 32 && key.toHex() == bytes.toLower() ? std::optional(key) : std::nullopt;
    }
    if (bytes.size() != 43 && bytes.size() != 44)
        return std::nullopt;
    for (const auto alphabet : {QByteArray::Base64Encoding, QByteArray::Base64UrlEncoding}) {
        const auto decoded = QByteArray::fromBase64Encoding(bytes, alphabet | QByteArray::AbortOnBase64DecodingErrors);
        if (decoded && (*decoded).size() == 32)
            return *decoded;
    }
    return std::nullopt;
}

std::optional<QByteArray> parseOrigin(QByteArrayView text)
{
    const QUrl url(QString::fromUtf8(text), QUrl::StrictMode);
    const bool isWeb = url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https");
    if (!url.isValid() || !isWeb || url.host().isEmpty() || !url.path().isEmpty() || url.hasQuery() || url.hasFragment() || !url.userInfo().isEmpty())
        return std::nullopt;
    QByteArray origin = url.toEncoded().toLower();
    if (origin.contains('*'))
        return std::nullopt;
    // Browsers leave the usual port out, so a list that names it would never match.
    if (url.port() == (url.scheme() == QLatin1String("https") ? 443 : 80))
        origin.truncate(origin.lastIndexOf(':'));
    return origin;
}

std::optional<QString> parseWebAddress(QByteArrayView text)
{
    const QUrl url(QString::fromUtf8(text), QUrl::StrictMode);
    const bool isWeb = url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https");
    if (text.size() > 512 || !url.isValid() || !isWeb || url.host().isEmpty() || url.hasQuery() || url.hasFragment() || !url.userInfo().isEmpty())
        return std::nullopt;
    QString address = QString::fromLatin1(url.toEncoded());
    while (address.endsWith(QLatin1Char('/')))
        address.chop(1);
    return address;
}

} // namespace aegis::setting_text
