#pragma once

#include "server/config/Settings.h"

#include <QtCore/QByteArray>
#include <QtCore/QLatin1String>

#include <functional>
#include <span>
#include <vector>

namespace aegis {

/// What defaults may depend on: the machine and the account that the server runs under.
struct Machine {
    int cores = 1; ///< that this process may use
    bool isRoot = false;
    QString dataHome; ///< `$XDG_DATA_HOME`, else `~/.local/share`

    static Machine present();
};

/// One row of the table of settings: all that is known about one setting, in one place.
struct Setting {
    QLatin1String name;    ///< of the environment variable, and of the key in a file
    QByteArray fallback;   ///< the default as it would be written; empty: nothing is set
    QString fallbackSays;  ///< how the default is described; empty: by `fallback` itself
    QString allowed;       ///< completes "must be ...": what values are right
    QString reason;        ///< what it is for and why it has that default, in whole sentences
    bool isSecret = false; ///< its value is never shown
    /// Reads a value that is not empty into the settings; false when it is not allowed.
    std::function<bool(QByteArrayView value, Settings &into)> read;
    /// For a default that depends on the machine; it wins over `fallback`.
    std::function<QByteArray(const Machine &machine)> fallbackOn;

    QByteArray fallbackFor(const Machine &machine) const { return fallbackOn ? fallbackOn(machine) : fallback; }
    /// The default as shown to a person.
    QString describeFallback() const;
};

/// Rows that belong together.
struct SettingGroup {
    QString title;
    std::vector<Setting> settings;
};

/// The table of all settings, made once. Any thread.
std::span<const SettingGroup> settingsTable();

/// The row with that name, or null.
const Setting *findSetting(QByteArrayView name);

} // namespace aegis
