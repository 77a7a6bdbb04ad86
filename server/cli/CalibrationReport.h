#pragma once

#include "server/passwords/Calibration.h"

#include <QtCore/QString>

namespace aegis {

/// What `calibrate` shows: what was measured, and the settings that it proposes, ready to be copied.
QString calibrationReport(const Calibration &calibration, std::chrono::milliseconds target);

} // namespace aegis
