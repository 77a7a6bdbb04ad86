#pragma once

#include "server/config/SettingsTable.h"
#include "shared/result/Result.h"

#include <map>
#include <optional>

namespace aegis {

/// Variables by name. A variable that is empty counts as not set.
using Environment = std::map<QByteArray, QByteArray>;

/// The variables of this process.
Environment processEnvironment();

/// Where settings are taken from: the environment wins over the file, the file over the defaults.
struct SettingsInput {
    Environment environment;
    std::optional<QString> file; ///< path given with --config
    Machine machine = Machine::present();
};

/// Where the value of a setting came from.
enum class SettingOrigin { Default, File, Variable };

/// Settings that were checked, and what a person should know about them.
struct LoadedSettings {
    Settings settings;
    QStringList warnings; ///< sentences; nothing in them stops the start
    /// How each setting got its value, by name. Values of secrets are not in here.
    struct Effective {
        SettingOrigin origin = SettingOrigin::Default;
        QByteArray value;
    };
    std::map<QByteArray, Effective> effective;
};

/// Reads and checks all settings. The problem lists every setting that is wrong at once: `fields` holds name and sentence
/// (value and what would be right; a secret's value is never in it), `detail` all of them, one a line.
Result<LoadedSettings> loadSettings(const SettingsInput &input);

} // namespace aegis
