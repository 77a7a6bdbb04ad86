#pragma once

#include <QtCore/QString>

namespace aegis {

/// What a person recognizes a device by, made of a User-Agent (RFC 9110, 10.1.5): `Firefox on Linux`, `curl`. Of one that is
/// not well known the first word; empty for none. Clients can say what they like: it is for people's eyes alone.
QString deviceText(const QString &userAgent);

} // namespace aegis
