#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <optional>

namespace aegis::http {

/// The target of a request line, taken apart.
struct RequestTarget {
    QByteArray path;  ///< percent-decoded
    QByteArray query; ///< still encoded
};

/// Takes the origin-form apart (RFC 9112, 3.2.1). Nothing when it is in another form, when an escape is not well-formed
/// or stands for NUL, or when the decoded path is not valid UTF-8, holds a control byte, a `/` or `\` that came from an
/// escape, or a dot segment: two readers of such a path would not agree on where it leads.
std::optional<RequestTarget> parseRequestTarget(QByteArrayView target);

} // namespace aegis::http
