#pragma once

#include "server/log/Log.h"

#include <string>

namespace aegis::log {

/// What one line is made from.
struct LineParts {
    Instant time;
    LogLevel level = LogLevel::Info;
    QByteArrayView event;
    const CorrelationId *correlation = nullptr;
    std::span<const Field> fields;
};

/// `{"time":"...","level":"info","event":"...","correlationId":"...","field":...}` and a line feed. Strings are cut at
/// 4096 bytes; control characters, what reverses text and what is no UTF-8 are escaped or replaced.
void appendJsonLine(std::string &line, const LineParts &parts);

/// `2026-11-22T07:30:00.123Z INFO  event field=value correlationId=...` and a line feed; values with spaces in quotes.
void appendTextLine(std::string &line, const LineParts &parts, bool colours);

/// Appends the text as it may stand between the quotes of a JSON string.
void appendEscaped(std::string &line, QByteArrayView utf8);
void appendEscaped(std::string &line, QStringView text);

} // namespace aegis::log
