#pragma once

#include <QtCore/QByteArray>

namespace aegis {

/// A JSON object as text, whose members no DTO declares: the payload of an event, the state of something at another time.
struct JsonText {
    QByteArray utf8 = QByteArrayLiteral("{}");

    friend bool operator==(const JsonText &, const JsonText &) = default;
};

} // namespace aegis
