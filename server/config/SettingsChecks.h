#pragma once

#include "server/config/Settings.h"
#include "shared/result/Problem.h"

#include <vector>

namespace aegis {

/// What is wrong with settings that are each right by themselves but do not go together, or that name files which cannot
/// be read or used. Field errors with the setting's name; empty when all is well.
std::vector<FieldError> checkTogether(const Settings &settings);

/// What is allowed but should be known, as sentences.
QStringList warningsAbout(const Settings &settings);

} // namespace aegis
