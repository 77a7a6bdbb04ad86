#pragma once

#include "shared/result/Result.h"

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>

#include <optional>
#include <vector>

namespace aegis::http {

/// The parameters of a body that is `application/x-www-form-urlencoded` (WHATWG URL standard, 5.1), read as OAuth has it
/// (RFC 6749, section 3.2 and appendix B): none stands twice, one without a value counts as absent, unknown ones do no harm.
class FormFields {
public:
    static constexpr std::size_t most = 32; ///< parameters

    /// `malformed_form`, with a sentence, for a parameter that stands twice or has no name, for more than there may be, for an
    /// escape that is none, and for text that is not UTF-8 or has control characters.
    static Result<FormFields> parse(QByteArrayView body);

    /// Decoded; nothing when it is absent or empty.
    std::optional<QByteArray> value(QByteArrayView name) const;

private:
    std::vector<std::pair<QByteArray, QByteArray>> m_fields;
};

/// One name or value: `+` is a space, each `%` is followed by two hexadecimal digits, and what comes out is text. Nothing otherwise.
std::optional<QByteArray> decodedFormText(QByteArrayView text);

} // namespace aegis::http
