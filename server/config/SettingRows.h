#pragma once

#include "server/config/SettingsTable.h"

#include <initializer_list>
#include <utility>

/// Makes rows of the table of settings, one function a type. `reason` is whole sentences.
namespace aegis::setting_rows {

/// A row of any type.
Setting row(const char *name, const char *fallback, QString allowed, const char *reason, std::function<bool(QByteArrayView, Settings &)> read);
/// A whole number with bounds, both included.
Setting count(const char *name, int Settings::*member, const char *fallback, int least, int most, const char *reason);
/// A number of bytes; the bounds are written as sizes are.
Setting size(const char *name, qsizetype Settings::*member, const char *fallback, const char *least, const char *most, const char *reason);
/// A time; the bounds are written as durations are.
Setting duration(const char *name, std::chrono::seconds Settings::*member, const char *fallback, const char *least, const char *most,
                 const char *reason);
Setting duration(const char *name, std::chrono::milliseconds Settings::*member, const char *fallback, const char *least, const char *most,
                 const char *reason);
/// So many calls in so long, such as `30/5m`.
Setting rate(const char *name, Rate Settings::*member, const char *fallback, const char *reason);
Setting toggle(const char *name, bool Settings::*member, const char *fallback, const char *reason);
/// Text of 1 to so many printable characters (UTF-16 units).
Setting text(const char *name, QString Settings::*member, const char *fallback, int most, const char *reason);
/// Text of 1 to 512 printable characters.
Setting text(const char *name, QString Settings::*member, const char *fallback, const char *allowed, const char *reason);
/// An absolute path.
Setting path(const char *name, QString Settings::*member, const char *fallback, const char *reason);
/// A secret text of 32 to 1024 bytes that is not one character over and over.
Setting secretText(const char *name, Secret Settings::*member, const char *reason);
/// A secret key of 32 bytes.
Setting secretKey(const char *name, Secret Settings::*member, const char *reason);
/// A password of 1 to 1024 bytes that somebody else has chosen.
Setting password(const char *name, Secret Settings::*member, const char *reason);
/// The address of a PostgreSQL database, which may hold a password.
Setting databaseUrl(const char *name, Secret Settings::*member, const char *reason);

QString joinWords(const QStringList &words);

/// One of a few words.
template <class E>
Setting choice(const char *name, E Settings::*member, const char *fallback, std::initializer_list<std::pair<const char *, E>> words,
               const char *reason)
{
    QStringList names;
    for (const auto &word : words)
        names.append(QLatin1String(word.first));
    return row(name, fallback, joinWords(names), reason, [member, known = std::vector(words)](QByteArrayView value, Settings &into) {
        for (const auto &[word, meaning] : known) {
            if (value.compare(QByteArrayView(word), Qt::CaseInsensitive) == 0) {
                into.*member = meaning;
                return true;
            }
        }
        return false;
    });
}

/// The same row with a default that depends on the machine, and with words for it.
Setting computed(Setting plain, const char *says, std::function<QByteArray(const Machine &)> fallback);
/// The same row with words for what happens when nothing is set.
Setting described(Setting plain, const char *says);

} // namespace aegis::setting_rows

namespace aegis {

// The groups of the table, each in a file of its own.
SettingGroup networkSettings();
SettingGroup httpSettings();
SettingGroup storageSettings();
SettingGroup passwordSettings();
SettingGroup tokenSettings();
SettingGroup limitSettings();
SettingGroup redisSettings();
SettingGroup mfaSettings();
SettingGroup mailSettings();
SettingGroup jobSettings();
SettingGroup observationSettings();
SettingGroup auditSettings();
SettingGroup laterSettings();

} // namespace aegis
