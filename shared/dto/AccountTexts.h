#pragma once

#include "shared/json/FieldErrors.h"

namespace aegis {

// The texts of a new account, as FieldRules::check has them: good exactly when the type of their stored form takes them.

/// EmailAddress. Error code `format`.
bool checkEmail(const QString &text, FieldErrors &errors);
/// parseDisplayName() with maxPersonNameLength. Error code `format`.
bool checkPersonName(const QString &text, FieldErrors &errors);
/// parseDisplayName() with maxOrganizationNameLength. Error code `format`.
bool checkOrganizationName(const QString &text, FieldErrors &errors);
/// Slug. The error code is the fault's name.
bool checkSlug(const QString &text, FieldErrors &errors);

/// The name of an organization's own role: 2 to 63 capital letters, digits and `_`, a letter first. Error code `format`.
bool checkRoleName(const QString &text, FieldErrors &errors);

} // namespace aegis
