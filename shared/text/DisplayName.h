#pragma once

#include <QtCore/QString>
#include <QtCore/QStringView>

#include <optional>

namespace aegis {

/// A name that people read, of a person or an organization: NFC, without white space at its ends, 1 to `maxLength` code
/// points, no controls, no line breaks and none of the invisible characters that turn or hide text. Nothing otherwise.
std::optional<QString> parseDisplayName(QStringView text, qsizetype maxLength);

constexpr qsizetype maxPersonNameLength = 100;
constexpr qsizetype maxOrganizationNameLength = 200;

} // namespace aegis
