#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

namespace aegis::http {

/// The target of a request line, taken apart.
struct RequestTarget {
    QByteArray path;             ///< percent-decoded
    QByteArray query;            ///< still encoded
    const char *fault = nullptr; ///< why it is refused, as a sentence of ours; the rest is empty then
};

/// Takes the origin-form apart (RFC 9112, 3.2.1). At fault is another form, an escape that is not well-formed or stands for
/// NUL, and a decoded path that is not valid UTF-8, holds a control byte, a `/` or `\` that came from an escape, or a dot
/// segment: two readers of such a path would not agree on where it leads.
RequestTarget parseRequestTarget(QByteArrayView target);

} // namespace aegis::http
