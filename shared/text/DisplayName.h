#pragma once

#include <QtCore/QString>
#include <QtCore/QStringView>

#include <optional>

namespace aegis {

/// A name that people read, of a person or an organization: NFC, without white space at its ends, 1 to `maxLength` code
/// points, no controls, no line breaks and nothing unseen, so that at least one character shows. Joiners may stand between
/// letters, and no more than eight marks on one of them; none begins the name. Nothing otherwise.
std::optional<QString> parseDisplayName(QStringView text, qsizetype maxLength);

constexpr qsizetype maxPersonNameLength = 100;
constexpr qsizetype maxOrganizationNameLength = 200;

} // namespace aegis
