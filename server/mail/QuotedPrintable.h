#pragma once

#include <QtCore/QByteArray>

namespace aegis {

/// UTF-8 text in quoted-printable (RFC 2045, section 6.7): lines of at most 76 characters that end with CR LF, ASCII only. Line
/// feeds of the text are its line ends; CR is encoded like any other control. A line never begins with a dot or with `--`.
QByteArray quotedPrintable(const QByteArray &text);

} // namespace aegis
