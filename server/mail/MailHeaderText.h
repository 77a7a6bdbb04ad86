#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

namespace aegis {

/// Text as a header field of a mail has it, in lines of at most 76 characters: as it is when it is short, plain ASCII, else as
/// encoded words (RFC 2047, in UTF-8 and base64). Whatever is in it, no line ends where the text wants it: controls become
/// spaces, so a field can neither be ended nor added.
QByteArray mailHeaderText(const QString &text);

/// The same for the name before an address (RFC 5322, `phrase`): plain ASCII stands in quotes.
QByteArray mailHeaderPhrase(const QString &name);

} // namespace aegis
