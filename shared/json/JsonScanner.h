#pragma once

#include "shared/result/Result.h"

#include <QtCore/QByteArrayView>

namespace aegis {

/// Objects and arrays within each other that a document may have.
constexpr int maxJsonDepth = 32;

/// Looks over a JSON document before it is parsed and refuses, with `malformed_json`, what QJsonDocument would let pass:
/// anything that is not RFC 8259 to the letter, a byte order mark, bytes that are not UTF-8, more than maxJsonDepth levels,
/// an object with the same name twice (also when one is written with escapes), and strings with control characters below
/// U+0020 (escaped ones too) or surrogates without their partner. One pass, linear, without recursion on the input's terms.
/// The detail tells the place, never the content.
Result<void> scanJson(QByteArrayView json);

} // namespace aegis
