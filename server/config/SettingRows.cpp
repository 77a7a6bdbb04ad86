#include "server/config/SettingRows.h"

#include "server/config/SettingText.h"

#include <QtCore/QDir>

#include <algorithm>
#include <bitset>
#include <limits>

namespace aegis::setting_rows {
namespace {

using namespace setting_text;

bool isPrintable(QByteArrayView value)
{
    return std::none_of(value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

template <class Duration>
Setting timed(const char *name, Duration Settings::*member, const char *fallback, const char *least, const char *most, const char *reason)
{
    const QString allowed = QStringLiteral("a time from %1 to %2, such as 250ms, 30s, 15m, 12h or 7d").arg(QLatin1String(least), QLatin1String(most));
    return row(name, fallback, allowed, reason,
               [member, low = parseDuration(least).value(), high = parseDuration(most).value()](QByteArrayView value, Settings &into) {
                   const auto time = parseDuration(value);
                   if (!time || *time < low || *time > high)
                       return false;
                   const auto whole = std::chrono::duration_cast<Duration>(*time);
                   if (whole != *time)
                       return false; // finer than this setting can hold
                   into.*member = whole;
                   return true;
               });
}

} // namespace

Setting row(const char *name, const char *fallback, QString allowed, const char *reason, std::function<bool(QByteArrayView, Settings &)> read)
{
    Setting made;
    made.name = QLatin1String(name);
    made.fallback = fallback;
    made.allowed = std::move(allowed);
    made.reason = QString::fromUtf8(reason);
    made.read = std::move(read);
    return made;
}

Setting count(const char *name, int Settings::*member, const char *fallback, int least, int most, const char *reason)
{
    return row(name, fallback, QStringLiteral("a whole number from %1 to %2").arg(least).arg(most), reason,
               [=](QByteArrayView value, Settings &into) {
                   const auto number = parseInteger(value);
                   if (!number || *number < least || *number > most)
                       return false;
                   into.*member = static_cast<int>(*number);
                   return true;
               });
}

Setting size(const char *name, qsizetype Settings::*member, const char *fallback, const char *least, const char *most, const char *reason)
{
    const QString allowed = QStringLiteral("a size from %1 to %2, such as 4096, 16KiB or 1MiB").arg(QLatin1String(least), QLatin1String(most));
    return row(name, fallback, allowed, reason,
               [member, low = parseSize(least).value(), high = parseSize(most).value()](QByteArrayView value, Settings &into) {
                   const auto bytes = parseSize(value);
                   if (!bytes || *bytes < low || *bytes > high)
                       return false;
                   into.*member = static_cast<qsizetype>(*bytes);
                   return true;
               });
}

Setting duration(const char *name, std::chrono::seconds Settings::*member, const char *fallback, const char *least, const char *most,
                 const char *reason)
{
    Setting made = timed(name, member, fallback, least, most, reason);
    made.allowed.replace(QStringLiteral("a time"), QStringLiteral("a time of whole seconds")).remove(QStringLiteral("250ms, "));
    return made;
}

Setting duration(const char *name, std::chrono::milliseconds Settings::*member, const char *fallback, const char *least, const char *most,
                 const char *reason)
{
    return timed(name, member, fallback, least, most, reason);
}

Setting rate(const char *name, Rate Settings::*member, const char *fallback, const char *reason)
{
    return row(name, fallback, QStringLiteral("calls and a time, from 1/1s to 1000000/1d, such as 30/5m"), reason,
               [member](QByteArrayView value, Settings &into) {
                   const auto rate = parseRate(value);
                   if (rate)
                       into.*member = *rate;
                   return rate.has_value();
               });
}

Setting toggle(const char *name, bool Settings::*member, const char *fallback, const char *reason)
{
    return row(name, fallback, QStringLiteral("on or off"), reason, [member](QByteArrayView value, Settings &into) {
        const auto on = parseToggle(value);
        if (on)
            into.*member = *on;
        return on.has_value();
    });
}

Setting text(const char *name, QString Settings::*member, const char *fallback, const char *allowed, const char *reason)
{
    return row(name, fallback, QString::fromUtf8(allowed), reason, [member](QByteArrayView value, Settings &into) {
        if (value.size() > 512 || !isPrintable(value) || !value.isValidUtf8())
            return false;
        into.*member = QString::fromUtf8(value);
        return true;
    });
}

Setting text(const char *name, QString Settings::*member, const char *fallback, int most, const char *reason)
{
    const QString allowed = QStringLiteral("text of at most %1 printable characters").arg(most);
    return row(name, fallback, allowed, reason, [member, most](QByteArrayView value, Settings &into) {
        if (!isPrintable(value) || !value.isValidUtf8() || QString::fromUtf8(value).size() > most)
            return false;
        into.*member = QString::fromUtf8(value);
        return true;
    });
}

Setting path(const char *name, QString Settings::*member, const char *fallback, const char *reason)
{
    return row(name, fallback, QStringLiteral("an absolute path"), reason, [member](QByteArrayView value, Settings &into) {
        const QString path = QString::fromUtf8(value);
        if (value.size() > 4096 || !isPrintable(value) || !value.isValidUtf8() || !QDir::isAbsolutePath(path))
            return false;
        into.*member = QDir::cleanPath(path);
        return true;
    });
}

Setting secretText(const char *name, Secret Settings::*member, const char *reason)
{
    Setting made = row(name, "", QStringLiteral("32 to 1024 bytes of random text, for example what `openssl rand -base64 48` prints"), reason,
                       [member](QByteArrayView value, Settings &into) {
                           std::bitset<256> seen;
                           for (const char c : value)
                               seen.set(static_cast<unsigned char>(c));
                           if (value.size() < 32 || value.size() > 1024 || seen.count() < 8)
                               return false;
                           into.*member = Secret(value);
                           return true;
                       });
    made.isSecret = true;
    return made;
}

Setting secretKey(const char *name, Secret Settings::*member, const char *reason)
{
    Setting made = row(name, "",
                       QStringLiteral("a key of 256 bits: 64 hexadecimal digits, 44 characters of base64, or 32 bytes, for example what "
                                      "`openssl rand -hex 32` prints"),
                       reason, [member](QByteArrayView value, Settings &into) {
                           const auto key = parseKey256(value);
                           if (!key || key->count(key->front()) == key->size()) // one byte over and over is no key
                               return false;
                           into.*member = Secret(*key);
                           return true;
                       });
    made.isSecret = true;
    return made;
}

Setting password(const char *name, Secret Settings::*member, const char *reason)
{
    Setting made = row(name, "", QStringLiteral("1 to 1024 bytes without control characters"), reason,
                       [member](QByteArrayView value, Settings &into) {
                           if (value.size() > 1024 || !isPrintable(value))
                               return false;
                           into.*member = Secret(value);
                           return true;
                       });
    made.isSecret = true;
    return made;
}

Setting databaseUrl(const char *name, Secret Settings::*member, const char *reason)
{
    Setting made = row(name, "", QStringLiteral("an address such as postgresql://user:password@host:5432/database"), reason,
                       [member](QByteArrayView value, Settings &into) {
                           const bool isUrl = value.startsWith("postgresql://") || value.startsWith("postgres://");
                           if (!isUrl || value.size() > 4096 || !isPrintable(value) || value.contains(' '))
                               return false;
                           into.*member = Secret(value);
                           return true;
                       });
    made.isSecret = true;
    return made;
}

QString joinWords(const QStringList &words)
{
    if (words.size() < 2)
        return words.join(QString());
    return words.first(words.size() - 1).join(QStringLiteral(", ")) + QStringLiteral(" or ") + words.last();
}

Setting computed(Setting plain, const char *says, std::function<QByteArray(const Machine &)> fallback)
{
    plain.fallbackOn = std::move(fallback);
    return described(std::move(plain), says);
}

Setting described(Setting plain, const char *says)
{
    plain.fallbackSays = QString::fromUtf8(says);
    return plain;
}

} // namespace aegis::setting_rows
