#pragma once

#include "shared/result/Result.h"
#include "shared/text/Secret.h"

#include <QtCore/QString>

namespace aegis {

/// The longest password that is looked at, in UTF-8 bytes before normalisation: far above what the policy allows.
inline constexpr qsizetype maximumPasswordBytes = 8192;

/// A password as it is judged and hashed: UTF-8 in Unicode's form NFKC, so that the same characters typed on another
/// keyboard or system are the same password (NIST SP 800-63B, 5.1.1.2). By the Unicode 14 tables, whatever Qt knows, so
/// that an update never locks anybody out. This is the only place that normalises.
/// Fails with `validation_failed` (field `password`, code `password_invalid` or `password_too_long`) when it is not
/// well-formed UTF-8 or longer than maximumPasswordBytes.
Result<Secret> normalizedPassword(const Secret &utf8);

} // namespace aegis
