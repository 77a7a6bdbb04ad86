#pragma once

#include "server/config/LoadSettings.h"

#include <QtCore/QString>

namespace aegis {

/// The page that `--help-config` shows: every setting of the table with its default, what is allowed and the reason.
/// Lines have at most `width` characters where the words allow it.
QString settingsHelp(int width = 100);

/// What `check-config` shows: every setting with the value that holds and where it came from. Secrets are not shown.
QString effectiveSettings(const LoadedSettings &loaded);

} // namespace aegis
