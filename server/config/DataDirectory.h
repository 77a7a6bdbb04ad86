#pragma once

#include "shared/result/Result.h"

#include <QtCore/QString>

namespace aegis {

/// Makes DATA_DIR when it is missing (mode 0700, or 0711 when `othersPass`: PostgreSQL's account must get through it), and
/// refuses one that an account other than the server's own, or root, could change: secrets lie in it, and what keeps the
/// server from following links that others have put there holds only when nobody else can write it. A refusal's detail
/// is a sentence with name, value and what would be right; its `fields` name the setting.
Result<void> prepareDataDirectory(const QString &path, bool othersPass);

} // namespace aegis
